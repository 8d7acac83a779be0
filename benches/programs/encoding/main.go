// Encodings: CSV, base64, hex, XML and gob, to memory and back.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/gob"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"strconv"

	"bench/size"
)

type entry struct {
	ID    int      `xml:"id,attr"`
	Title string   `xml:"title"`
	Score float64  `xml:"score"`
	Tags  []string `xml:"tags>tag"`
}

type document struct {
	XMLName xml.Name `xml:"document"`
	Entries []entry  `xml:"entry"`
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	rounds := size.Pick(150, 1)
	doc := document{}
	rows := [][]string{}
	for i := range 600 {
		doc.Entries = append(doc.Entries, entry{i, "Entry <" + strconv.Itoa(i) + ">", float64(i) / 3, []string{"a", "b & c"}})
		rows = append(rows, []string{strconv.Itoa(i), "quoted, \"field\"", "plain", strconv.Itoa(i * i)})
	}
	var crc uint32
	var buf bytes.Buffer
	sum := func(b []byte) { crc = crc32.Update(crc, crc32.IEEETable, b) }
	for range rounds {
		buf.Reset()
		w := csv.NewWriter(&buf)
		must(w.WriteAll(rows))
		sum(buf.Bytes())
		back, err := csv.NewReader(&buf).ReadAll()
		must(err)
		sum([]byte(back[len(back)-1][1]))

		data, err := xml.Marshal(doc)
		must(err)
		sum(data)
		var again document
		must(xml.Unmarshal(data, &again))
		sum([]byte(again.Entries[7].Title))

		text := base64.StdEncoding.EncodeToString(data)
		plain, err := base64.StdEncoding.DecodeString(text)
		must(err)
		digits := hex.EncodeToString(plain)
		plain, err = hex.DecodeString(digits)
		must(err)
		sum(plain)

		buf.Reset()
		must(gob.NewEncoder(&buf).Encode(again.Entries))
		var entries []entry
		must(gob.NewDecoder(&buf).Decode(&entries))
		sum(fmt.Append(nil, entries[len(entries)-1]))
	}
	fmt.Printf("%08x\n", crc)
	size.Done()
}
