// An ingress controller for clusters that learners share: each namespace has an address and rules of its own, as if it had a load
// balancer to itself. https://kubernetes.io/docs/concepts/services-networking/ingress/
package main

import (
	"context"
	"io"
	"log"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync/atomic"
	"syscall"

	"k8s.io/client-go/rest"
)

const (
	// Where the kubelet asks.
	healthAddress = ":8080"
	namespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"
)

// What learners' clients do wrong is not worth a log.
var silent = log.New(io.Discard, "", 0)

func main() {
	if err := run(); err != nil {
		slog.Error("the ingress controller ends", "error", err)
		os.Exit(1)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	own, err := os.ReadFile(namespaceFile)
	if err != nil {
		return err
	}
	config, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	all, err := newCluster(config)
	if err != nil {
		return err
	}
	var ready atomic.Bool
	go tellHealth(&ready)
	keeper := newController(all, strings.TrimSpace(string(own)))
	if !all.run(ctx) {
		return nil
	}
	keeper.takeUp()
	ready.Store(true)
	keeper.run(ctx)
	return nil
}

func tellHealth(ready *atomic.Bool) {
	server := newServer(http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		if request.URL.Path == "/readyz" && !ready.Load() {
			answer.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	server.Addr = healthAddress
	slog.Error("nobody can ask how it is", "error", server.ListenAndServe())
	os.Exit(1)
}
