// Server is a catalog with a JSON interface, and the client that loads it.
//
//	server -listen ADDR                serves; prints its address
//	server -load URL                   fills the catalog, sends requests, prints what came back
//	server -load URL -profile FILE     also fetches a CPU profile of the time in between
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"syscall"
	"time"

	"example.com/server/api"
	"example.com/server/catalog"
	"example.com/server/load"
)

func main() {
	log.SetFlags(0)
	listen := flag.String("listen", "", "serve at this `address`")
	url := flag.String("load", "", "send requests to the server at this `URL`")
	requests := flag.Int("n", 20000, "how many `requests`")
	connections := flag.Int("c", 16, "over how many `connections`")
	profile := flag.String("profile", "", "write a CPU profile of the server to this `file`")
	seconds := flag.Int("seconds", 5, "length of the profile")
	flag.Parse()
	switch {
	case *listen != "":
		log.Fatal(serve(*listen))
	case *url != "":
		if err := client(*url, *requests, *connections, *profile, *seconds); err != nil {
			log.Fatal(err)
		}
	default:
		flag.Usage()
		os.Exit(2)
	}
}

func serve(address string) error {
	// net/http/pprof has put its own handlers there.
	http.Handle("/", api.Handler(new(catalog.Catalog)))
	http.HandleFunc("GET /cpu", func(w http.ResponseWriter, r *http.Request) {
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, usage.Utime.Nano()+usage.Stime.Nano(), usage.Maxrss)
	})
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", l.Addr())
	return http.Serve(l, nil)
}

// usage asks the server for the processor time it has taken and its largest size in kilobytes.
func usage(c *http.Client, url string) (cpu time.Duration, kb int64, err error) {
	resp, err := c.Get(url + "/cpu")
	if err != nil {
		return 0, 0, err
	}
	defer resp.Body.Close()
	_, err = fmt.Fscan(resp.Body, &cpu, &kb)
	return cpu, kb, err
}

func client(url string, requests, connections int, profile string, seconds int) error {
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	if err := load.Fill(c, url, 2000); err != nil {
		return err
	}
	if profile != "" {
		return record(c, url, connections, profile, seconds)
	}
	before, _, err := usage(c, url)
	if err != nil {
		return err
	}
	start := time.Now()
	sum, err := load.Run(c, url, requests, connections)
	if err != nil {
		return err
	}
	wall := time.Since(start)
	after, kb, err := usage(c, url)
	if err != nil {
		return err
	}
	fmt.Printf("%016x\n", sum)
	fmt.Fprintf(os.Stderr, "%.1f %.1f %d\n", float64((after-before).Microseconds())/1e3, float64(wall.Microseconds())/1e3, kb)
	return nil
}

// record keeps the server busy while it profiles itself.
func record(c *http.Client, url string, connections int, file string, seconds int) error {
	done := make(chan error, 1)
	go func() {
		resp, err := http.Get(fmt.Sprintf("%s/debug/pprof/profile?seconds=%d", url, seconds))
		if err != nil {
			done <- err
			return
		}
		defer resp.Body.Close()
		out, err := os.Create(file)
		if err != nil {
			done <- err
			return
		}
		if _, err := io.Copy(out, resp.Body); err != nil {
			done <- err
			return
		}
		done <- out.Close()
	}()
	for {
		select {
		case err := <-done:
			return err
		default:
			if _, err := load.Run(c, url, 1000, connections); err != nil {
				return err
			}
		}
	}
}
