// Billing is an HTTP API in Go with one line of Quasar around its router.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	quasar "github.com/gravito-framework/quasar/clients/go"
)

func main() {
	q, err := quasar.Start(quasar.Options{Service: "billing-api"})
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: q.Middleware(routes(q)), ReadHeaderTimeout: 10 * time.Second}
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		log.Fatal(err)
	}
	go server.Serve(listener)
	fmt.Println("billing-api listens on", listener.Addr())

	ended := make(chan os.Signal, 1)
	signal.Notify(ended, os.Interrupt, syscall.SIGTERM)
	<-ended
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	server.Shutdown(ctx)
	q.Stop(ctx)
}

func routes(q *quasar.Quasar) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /bills/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "bill %s\n", r.PathValue("id"))
	})
	mux.HandleFunc("GET /statements/{year}", func(w http.ResponseWriter, r *http.Request) {
		// Slow: a year of bills.
		time.Sleep(1100*time.Millisecond + time.Duration(rand.IntN(400))*time.Millisecond)
		fmt.Fprintln(w, "statement")
	})
	mux.HandleFunc("POST /bills/{id}/send", func(w http.ResponseWriter, r *http.Request) {
		err := q.Job(r.Context(), "bills", "send-bill", func(context.Context) error { return send() })
		if err != nil {
			quasar.SetError(r, err)
			http.Error(w, "not sent", http.StatusBadGateway)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	return mux
}

func send() error {
	time.Sleep(time.Duration(20+rand.IntN(60)) * time.Millisecond)
	if rand.IntN(8) == 0 {
		return errors.New("the mail server refused the recipient")
	}
	return nil
}
