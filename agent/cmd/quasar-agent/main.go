// Quasar-agent reports a host, its processes and queues to Zenith.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/gravito-framework/quasar/agent/internal/agent"
	"github.com/gravito-framework/quasar/agent/internal/config"
)

func main() {
	flags, err := config.ParseFlags(os.Args[1:])
	if err != nil {
		fail(err)
	}
	load := func() (*config.Config, error) { return config.Load(flags, config.ProcessEnv()) }
	switch flags.Command {
	case "help":
		fmt.Print(config.Usage())
	case "version":
		fmt.Printf("quasar-agent %s %s/%s %s\n", agent.Version, runtime.GOOS, runtime.GOARCH, runtime.Version())
	case "check":
		check(load)
	case "status":
		status(flags)
	default:
		run(load)
	}
}

func run(load agent.Load) {
	// An idle agent needs little: memory matters more than the time of the garbage collector.
	debug.SetGCPercent(50)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := agent.New(load, log).Run(ctx, hangups()); err != nil {
		fail(err)
	}
}

// hangups has one value for each SIGHUP; several at once count as one.
func hangups() <-chan struct{} {
	signals, reloads := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		for range signals {
			reloads <- struct{}{}
		}
	}()
	return reloads
}

func check(load agent.Load) {
	cfg, err := load()
	if err == nil {
		err = agent.Check(cfg)
	}
	if err != nil {
		fail(err)
	}
	fmt.Print(cfg.Print())
}

func status(flags *config.Flags) {
	cfg, err := config.LoadForStatus(flags, config.ProcessEnv())
	if err != nil {
		fail(err)
	}
	answer, err := agent.Ask(cfg)
	if err != nil {
		fail(err)
	}
	if flags.JSON {
		text, _ := json.MarshalIndent(answer, "", "  ")
		fmt.Println(string(text))
	} else {
		fmt.Print(answer.Text())
	}
	if answer.LastError != "" && !flags.Alive {
		os.Exit(1)
	}
}

func fail(err error) {
	fmt.Fprintf(os.Stderr, "quasar-agent: %v\n", err)
	os.Exit(1)
}
