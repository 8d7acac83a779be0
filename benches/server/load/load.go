// Package load is a client that keeps a server busy.
package load

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"example.com/server/catalog"
)

var (
	adjectives = []string{"small", "Large", "red", "Blue", "wooden", "Plain", "old", "Sharp"}
	nouns      = []string{"chair", "Table", "lamp", "Kettle", "knife", "Bucket", "clock"}
	tags       = []string{"kitchen", "garden", "office", "sale", "new"}
)

// Item returns the nth item that Fill sends.
func Item(n int) catalog.Item {
	item := catalog.Item{
		Name:  fmt.Sprintf("%s %s %d", adjectives[n%len(adjectives)], nouns[n%len(nouns)], n/8),
		Tags:  []string{tags[n%len(tags)], tags[(n/3+1)%len(tags)]},
		Cents: int64(n*7919%20000 + 99),
		Stock: n * 31 % 50,
	}
	if n%4 == 0 {
		item.Extra = map[string]string{"colour": adjectives[n%8], "note": "\"quoted\" <and> ünïcode"}
	}
	return item
}

// Fill sends n items, one after the other.
func Fill(client *http.Client, url string, n int) error {
	for i := range n {
		body, err := json.Marshal(Item(i))
		if err != nil {
			return err
		}
		resp, err := client.Post(url+"/items", "application/json", bytes.NewReader(body))
		if err != nil {
			return err
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("POST /items: %s", resp.Status)
		}
	}
	return nil
}

// Query returns the path of the nth request of Run.
func Query(n int) string {
	switch n % 8 {
	case 0, 1, 2:
		return fmt.Sprintf("/items/%d", n*131%2100)
	case 3:
		return "/items?order=price&limit=30&tag=" + tags[n/8%len(tags)]
	case 4:
		return "/items?order=name&limit=10&stock=20&name=" + nouns[n/8%len(nouns)]
	case 5:
		return fmt.Sprintf("/items?tag=sale&stock=%d", n/8%60)
	case 6:
		return "/totals"
	default:
		return "/items?limit=many"
	}
}

// Run sends n requests over so many connections and returns the sum of the checksums of paths, codes and answers.
func Run(client *http.Client, url string, n, connections int) (uint64, error) {
	var next, sum atomic.Uint64
	errs := make(chan error, connections)
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				path := Query(i)
				resp, err := client.Get(url + path)
				if err != nil {
					errs <- err
					return
				}
				body, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil {
					errs <- err
					return
				}
				h := crc32.NewIEEE()
				fmt.Fprintf(h, "%s %d ", path, resp.StatusCode)
				h.Write(body)
				sum.Add(uint64(h.Sum32()))
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return 0, err
	default:
		return sum.Load(), nil
	}
}
