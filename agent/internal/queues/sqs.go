package queues

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/aws"
)

const (
	sqsPollEvery = 60_000
	// ListQueues makes one call per thousand queues, and new queues can wait.
	sqsListEvery = time.Hour
	sqsMaxPages  = 5
	sqsAtOnce    = 10
)

var (
	sqsKind      = kind{"sqs", []string{waiting, active, delayed}, []string{}}
	sqsDeadKind  = kind{"sqs", []string{waiting, active, delayed, failed}, []string{}}
	sqsURLRegion = regexp.MustCompile(`^https://(?:sqs\.)?([a-z]{2,}-[a-z-]+-\d)\.`)
	wholeNumber  = regexp.MustCompile(`^\d+$`)
)

// sqsSource reads Amazon SQS by its counts, without receiving messages. A queue costs one call per poll, and one more for its dead-letter
// queue unless that is also watched.
type sqsSource struct {
	api       sqsAPI
	queues    []string
	pollEvery float64
	// urls of the given queues: each name is looked up once.
	urls     map[string]string
	listed   []sqsTarget
	listedAt time.Time
	left     int
	mutex    sync.Mutex
}

// sqsTarget is a watched queue: its URL, or the error if that is unknown.
type sqsTarget struct {
	name string
	url  string
	err  *sqsError
}

func newSQSSource(cfg Config) (reader, error) {
	region := cmp.Or(cfg.Region, aws.RegionOf())
	for _, queue := range cfg.Queues {
		if queueName(queue) == "" {
			return nil, errors.New("queues takes names of queues, or their URLs with account and name")
		}
		if match := sqsURLRegion.FindStringSubmatch(queue); region == "" && match != nil {
			region = match[1]
		}
	}
	if region == "" {
		return nil, errors.New("region takes a name like eu-west-1: no AWS region was found")
	}
	endpoint := cmp.Or(cfg.Endpoint, os.Getenv("AWS_ENDPOINT_URL_SQS"), os.Getenv("AWS_ENDPOINT_URL"), endpointOf(region))
	source := &sqsSource{queues: cfg.Queues, pollEvery: cmp.Or(cfg.PollEvery, sqsPollEvery), urls: map[string]string{}}
	source.api.endpoint = strings.TrimSuffix(endpoint, "/") + "/"
	source.api.region, source.api.credentials.Region = region, region
	source.api.client = http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: sqsAtOnce,
		IdleConnTimeout: time.Minute, TLSHandshakeTimeout: sqsTimeout}}
	for _, queue := range cfg.Queues {
		if isURL(queue) {
			source.urls[queue] = queue
		}
	}
	return source, nil
}

func endpointOf(region string) string {
	domain := "amazonaws.com"
	if strings.HasPrefix(region, "cn-") {
		domain += ".cn"
	}
	return "https://sqs." + region + "." + domain
}

func (s *sqsSource) facts() facts {
	var names []string
	if s.queues != nil {
		names = shownNames(s.queues)
	}
	return facts{driver: sqsKind.driver, place: "sqs " + s.api.region, names: names, states: []string{},
		capabilities: sqsKind.capabilities, pollEvery: s.pollEvery}
}

func (s *sqsSource) locates(string, string) bool { return false }

func (s *sqsSource) close() error {
	s.api.client.CloseIdleConnections()
	return nil
}

func (s *sqsSource) read(ctx context.Context) (SourceReading, error) {
	targets, err := s.targets(ctx)
	if err != nil {
		return SourceReading{}, err
	}
	ask := asker(ctx, &s.api)
	answers := inParallel(targets, func(target sqsTarget) sqsAnswer {
		if target.err != nil {
			return sqsAnswer{err: target.err}
		}
		return ask(target.url)
	})
	if err := silence(answers); err != nil {
		return SourceReading{}, err
	}
	numbers := make([]int, len(targets))
	for index := range numbers {
		numbers[index] = index
	}
	readings := inParallel(numbers, func(index int) Reading { return sqsReading(targets[index], answers[index], ask) })
	result := SourceReading{Server: sqsServer(targets), Left: s.left}
	for index, reading := range readings {
		// A listed queue that is gone is left out; a named one is an error.
		if s.queues != nil || !answers[index].err.isGone() {
			result.Queues = append(result.Queues, reading)
		}
	}
	return result, nil
}

func (s *sqsSource) targets(ctx context.Context) ([]sqsTarget, error) {
	if s.queues == nil {
		return s.listTargets(ctx)
	}
	names := shownNames(s.queues)
	found := inParallel(s.queues, func(queue string) sqsTarget {
		s.mutex.Lock()
		at := s.urls[queue]
		s.mutex.Unlock()
		if at != "" {
			return sqsTarget{url: at}
		}
		at, err := s.api.urlOf(ctx, queue)
		if err == nil {
			s.mutex.Lock()
			s.urls[queue] = at
			s.mutex.Unlock()
		}
		return sqsTarget{url: at, err: err}
	})
	for index := range found {
		found[index].name = names[index]
	}
	return found, nil
}

// listTargets are all queues of the region. An old list is better than none.
func (s *sqsSource) listTargets(ctx context.Context) ([]sqsTarget, error) {
	if s.listed != nil && time.Since(s.listedAt) < sqsListEvery {
		return s.listed, nil
	}
	var urls []string
	after := ""
	for range sqsMaxPages {
		page, next, err := s.api.list(ctx, after)
		if err != nil && s.listed == nil {
			return nil, err
		}
		if err != nil {
			s.listedAt = time.Now()
			return s.listed, nil
		}
		urls = append(urls, page...)
		if after = next; after == "" {
			break
		}
	}
	s.left = max(0, len(urls)-maxQueues)
	urls = urls[:min(len(urls), maxQueues)]
	names := shownNames(urls)
	s.listed, s.listedAt = make([]sqsTarget, len(urls)), time.Now()
	for index, at := range urls {
		s.listed[index] = sqsTarget{name: names[index], url: at}
	}
	return s.listed, nil
}

type sqsAnswer struct {
	attributes sqsAttributes
	err        *sqsError
}

// asker requests each URL only once.
func asker(ctx context.Context, api *sqsAPI) func(string) sqsAnswer {
	var mutex sync.Mutex
	asked := map[string]func() sqsAnswer{}
	return func(queue string) sqsAnswer {
		mutex.Lock()
		answer, has := asked[queue]
		if !has {
			answer = sync.OnceValue(func() sqsAnswer {
				attributes, err := api.attributes(ctx, queue)
				return sqsAnswer{attributes, err}
			})
			asked[queue] = answer
		}
		mutex.Unlock()
		return answer()
	}
}

// silence is the first error if SQS answered none of the calls.
func silence(answers []sqsAnswer) error {
	for _, answer := range answers {
		if answer.err == nil || answer.err.isAnswer {
			return nil
		}
	}
	if len(answers) == 0 {
		return nil
	}
	return answers[0].err
}

func sqsReading(target sqsTarget, answer sqsAnswer, ask func(string) sqsAnswer) Reading {
	meta := map[string]any{"fifo": strings.HasSuffix(target.name, ".fifo")}
	if answer.err != nil {
		reading := sqsKind.broken(target.name, answer.err.message)
		reading.Approximate, reading.Meta = true, meta
		return reading
	}
	reading := sqsKind.reading(target.name)
	reading.Metrics = Metrics{}
	for state, name := range map[string]string{waiting: "ApproximateNumberOfMessages", active: "ApproximateNumberOfMessagesNotVisible",
		delayed: "ApproximateNumberOfMessagesDelayed"} {
		if count := sqsCount(answer.attributes[name]); count != nil {
			reading.Metrics[state] = *count
		}
	}
	if at := deadLettersOf(answer.attributes["RedrivePolicy"], target.url); at != "" {
		addDeadLetters(&reading, meta, at, ask(at))
	}
	reading.Approximate, reading.Meta = true, meta
	return reading
}

// addDeadLetters: a dead-letter queue that cannot be read does not affect the queue itself.
func addDeadLetters(reading *Reading, meta map[string]any, at string, answer sqsAnswer) {
	reading.States = sqsDeadKind.states
	meta["deadLetters"], meta["deadLettersError"] = queueName(at), nil
	if answer.err != nil {
		meta["deadLettersError"] = answer.err.message
		return
	}
	sum := 0.0
	for _, name := range []string{"ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"} {
		count := sqsCount(answer.attributes[name])
		if count == nil {
			return
		}
		sum += *count
	}
	reading.Metrics[failed] = sum
}

func sqsCount(text string) *float64 {
	if !wholeNumber.MatchString(text) {
		return nil
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil
	}
	return &number
}

// deadLettersOf is the URL of the dead-letter queue; empty if there is none. It is in the same region.
func deadLettersOf(policy, seenFrom string) string {
	var redrive struct {
		ARN string `json:"deadLetterTargetArn"`
	}
	if policy == "" || json.Unmarshal([]byte(policy), &redrive) != nil {
		return ""
	}
	parts := strings.Split(redrive.ARN, ":")
	at, err := url.Parse(seenFrom)
	if err != nil || len(parts) < 6 || parts[2] != "sqs" || parts[4] == "" || parts[5] == "" {
		return ""
	}
	segments := segmentsOf(seenFrom)
	at.Path = "/" + strings.Join(append(segments[:max(0, len(segments)-2)], parts[4], parts[5]), "/")
	return at.String()
}

// sqsServer is host and account, if all queues share them.
func sqsServer(targets []sqsTarget) string {
	server := ""
	for _, target := range targets {
		at, err := url.Parse(target.url)
		if err != nil || target.url == "" {
			continue
		}
		one := at.Host + "/" + accountOf(target.url)
		if server != "" && server != one {
			return ""
		}
		server = one
	}
	return server
}

// shownNames: queues of several accounts may share a name; then the account from the URL distinguishes them.
func shownNames(queues []string) []string {
	times := map[string]int{}
	for _, queue := range queues {
		times[queueName(queue)]++
	}
	names := make([]string, len(queues))
	for index, queue := range queues {
		names[index] = queueName(queue)
		if account := accountOf(queue); times[names[index]] > 1 && isURL(queue) && account != "" {
			names[index] = account + "/" + names[index]
		}
	}
	return names
}

func isURL(queue string) bool {
	lower := strings.ToLower(queue)
	return strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://")
}

func queueName(queue string) string {
	if !isURL(queue) {
		return queue
	}
	if segments := segmentsOf(queue); len(segments) > 0 {
		return segments[len(segments)-1]
	}
	return ""
}

func accountOf(queue string) string {
	if segments := segmentsOf(queue); len(segments) > 1 {
		return segments[len(segments)-2]
	}
	return ""
}

func segmentsOf(text string) []string {
	at, err := url.Parse(text)
	if err != nil {
		return nil
	}
	return strings.FieldsFunc(at.EscapedPath(), func(letter rune) bool { return letter == '/' })
}

// inParallel returns the results in the order of the items.
func inParallel[T, R any](items []T, work func(T) R) []R {
	results := make([]R, len(items))
	slots := make(chan struct{}, sqsAtOnce)
	var all sync.WaitGroup
	for index, item := range items {
		all.Add(1)
		slots <- struct{}{}
		go func() {
			defer all.Done()
			defer func() { <-slots }()
			results[index] = work(item)
		}()
	}
	all.Wait()
	return results
}
