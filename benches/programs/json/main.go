// JSON: typed documents encoded and decoded, and untyped ones walked.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"

	"bench/size"
)

type address struct {
	Street string  `json:"street"`
	City   string  `json:"city"`
	Lat    float64 `json:"lat"`
	Lon    float64 `json:"lon"`
}

type order struct {
	ID       int64             `json:"id"`
	Item     string            `json:"item"`
	Quantity int               `json:"quantity"`
	Price    float64           `json:"price"`
	Tags     []string          `json:"tags,omitempty"`
	Extra    map[string]string `json:"extra,omitempty"`
}

type customer struct {
	ID      int64    `json:"id"`
	Name    string   `json:"name"`
	Email   *string  `json:"email"`
	Active  bool     `json:"active"`
	Address address  `json:"address"`
	Orders  []*order `json:"orders"`
}

func customers(n int) []customer {
	list := make([]customer, n)
	for i := range list {
		c := &list[i]
		c.ID = int64(i) * 7919
		c.Name = fmt.Sprintf("Customer \"%d\" <é>", i)
		if i%3 != 0 {
			email := fmt.Sprintf("c%d@example.com", i)
			c.Email = &email
		}
		c.Active = i%2 == 0
		c.Address = address{fmt.Sprintf("%d Long Road", i), "Springfield", float64(i) / 7, -float64(i) / 3}
		for k := range 1 + i%4 {
			o := &order{ID: int64(i*10 + k), Item: "thing", Quantity: k + 1, Price: 9.99 * float64(k+1)}
			if k%2 == 0 {
				o.Tags = []string{"new", "large\n", "red"}
				o.Extra = map[string]string{"colour": "red", "size": "L"}
			}
			c.Orders = append(c.Orders, o)
		}
	}
	return list
}

// walk counts the values of a document and adds up its numbers.
func walk(v any) (n int, sum float64) {
	switch v := v.(type) {
	case map[string]any:
		for _, x := range v {
			k, s := walk(x)
			n, sum = n+k, sum+s
		}
	case []any:
		for _, x := range v {
			k, s := walk(x)
			n, sum = n+k, sum+s
		}
	case float64:
		sum = float64(int64(v))
	}
	return n + 1, sum
}

func main() {
	rounds := size.Pick(90, 1)
	list := customers(400)
	var crc uint32
	var values int
	var sum float64
	for range rounds {
		data, err := json.Marshal(list)
		if err != nil {
			panic(err)
		}
		crc = crc32.Update(crc, crc32.IEEETable, data)

		var back []customer
		if err := json.Unmarshal(data, &back); err != nil {
			panic(err)
		}
		again, err := json.Marshal(back)
		if err != nil || !bytes.Equal(data, again) {
			panic("the documents differ")
		}

		var doc any
		if err := json.Unmarshal(data, &doc); err != nil {
			panic(err)
		}
		n, s := walk(doc)
		values, sum = values+n, sum+s

		var indented bytes.Buffer
		if err := json.Indent(&indented, data, "", "  "); err != nil {
			panic(err)
		}
		crc = crc32.Update(crc, crc32.IEEETable, indented.Bytes())
	}
	fmt.Printf("%08x %d %.0f\n", crc, values, sum)
	size.Done()
}
