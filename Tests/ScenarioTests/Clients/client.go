// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Go's net/http: `go run client.go BASE CHECK ...`; a line for each check.
package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

var base = os.Args[1]

func ask(method, path string, body string, headers ...string) (*http.Response, string, error) {
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	request, err := http.NewRequest(method, base+path, content)
	if err != nil {
		return nil, "", err
	}
	for n := 0; n < len(headers); n += 2 {
		request.Header.Set(headers[n], headers[n+1])
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	return answer, string(got), err
}

func check(name string) (bool, any) {
	path, method, body, headers := "/page", "GET", "", []string{}
	switch name {
	case "redirect":
		path = "/dir"
	case "cookie":
		path, headers = "/cookie-echo", []string{"Cookie", "name=Zo\xeb"}
	case "upload":
		path, method, body = "/upload", "POST", strings.Repeat("0123456789abcdef", 200000)
	case "chunked", "gzip", "events":
		path = "/" + name
	case "head":
		path, method = "/big", "HEAD"
	case "range":
		path, headers = "/big", []string{"Range", "bytes=1000-1999"}
	case "unchanged":
		first, _, err := ask("GET", "/page", "")
		if err != nil {
			return false, err
		}
		headers = []string{"If-None-Match", first.Header.Get("ETag")}
	}
	answer, got, err := ask(method, path, body, headers...)
	if err != nil {
		return false, err
	}
	switch name {
	case "page":
		return strings.TrimSpace(got) == "hello", got
	case "redirect":
		return strings.TrimSpace(got) == "folder" && strings.HasPrefix(answer.Request.URL.String(), base+"/"), answer.Request.URL
	case "cookie":
		return got == "6e616d653d5a6feb", got
	case "upload":
		return got == fmt.Sprintf("%x", sha256.Sum256([]byte(body))), got
	case "chunked":
		return strings.Count(got, "\n") == 100, len(got)
	case "gzip":
		return strings.TrimSpace(got) == strings.Repeat("squeezed", 1000), len(got)
	case "events":
		return strings.Count(got, "data: ") == 3, got
	case "head":
		return answer.ContentLength == 1048576, answer.ContentLength
	case "range":
		return answer.StatusCode == 206 && len(got) == 1000, answer.StatusCode
	case "unchanged":
		return answer.StatusCode == 304, answer.StatusCode
	}
	return false, "no such check"
}

func main() {
	for _, name := range os.Args[2:] {
		if good, seen := check(name); good {
			fmt.Println("ok", name)
		} else {
			fmt.Println("bad", name, seen)
		}
	}
}
