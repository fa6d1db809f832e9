// The service `fleet` in Go: 25 jobs of 4 to 28 ms.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"sync"
	"time"

	quasar "github.com/gravito-framework/quasar/clients/go"
)

func main() {
	q, err := quasar.Start(quasar.Options{Service: "fleet"})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	var jobs sync.WaitGroup
	for number := range 25 {
		jobs.Add(1)
		go func() {
			defer jobs.Done()
			q.Job(ctx, "", "import", func(context.Context) error {
				time.Sleep(time.Duration(4+number) * time.Millisecond)
				return nil
			})
		}()
	}
	jobs.Wait()
	if err := q.Flush(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println("reported")
	io.Copy(io.Discard, os.Stdin)
	q.Stop(ctx)
}
