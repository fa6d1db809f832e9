package queues

import (
	"context"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

// Elements have no ids and no stable position, so the lists are only counted.
var listKind = kind{driver: "redis-list", states: []string{waiting}, capabilities: []string{}}

// listSource are Redis lists that an app uses as queues, whichever end it takes from.
type listSource struct {
	client *resp.Client
	prefix string
	names  []string
}

func newListSource(client *resp.Client, cfg Config) reader {
	return &listSource{client, textOr(cfg.Prefix, ""), cfg.Queues}
}

func (s *listSource) facts() facts {
	return facts{driver: listKind.driver, place: placeOf(s.client.Address(), s.prefix), names: s.names,
		states: listKind.states, capabilities: listKind.capabilities}
}

func (s *listSource) locates(string, string) bool { return false }

func (s *listSource) close() error { return s.client.Close() }

func (s *listSource) read(ctx context.Context) (SourceReading, error) {
	opened, err := open(ctx, s.client)
	if err != nil {
		return SourceReading{}, err
	}
	commands := make([][]string, len(s.names))
	for index, name := range s.names {
		commands[index] = []string{"llen", s.prefix + name}
	}
	replies := s.client.SendInPortions(ctx, commands, portion)
	result := SourceReading{Server: opened.server}
	for index, name := range s.names {
		message, err := firstError(replies[index:index+1], "The key holds no list (WRONGTYPE)")
		if err != nil {
			return SourceReading{}, err
		}
		reading := listKind.broken(name, message)
		if message == "" {
			reading.Metrics[waiting] = resp.Count(replies[index].Value)
		}
		result.Queues = append(result.Queues, reading)
	}
	return result, nil
}
