package queues

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func secondsFromNow(seconds int) string { return fmt.Sprint(time.Now().Unix() + int64(seconds)) }

func celeryMessage(queue, eta string) string {
	return fmt.Sprintf(`[{"body":"e30=","headers":{"task":"f","eta":%s},"properties":{}},"","%s"]`, eta, queue)
}

func TestCelery(t *testing.T) {
	admin := startRedis(t)
	do(t, admin, "sadd", "_kombu.binding.celery", "celery\x06\x16\x06\x16celery")
	do(t, admin, "sadd", "_kombu.binding.mails", "mail.#\x06\x16\x06\x16mail")
	do(t, admin, "sadd", "_kombu.binding.celery.pidbox", "\x06\x16\x06\x16celery@vm.celery.pidbox")
	do(t, admin, "sadd", "_kombu.binding.celeryev", "worker.#\x06\x16\x06\x16celeryev.97614076")
	do(t, admin, "lpush", "celery", "a", "b")
	do(t, admin, "lpush", "celery\x06\x169", "c")
	do(t, admin, "hset", "unacked", "1", celeryMessage("celery", "null"), "2",
		celeryMessage("celery", `"`+time.Now().Add(time.Hour).UTC().Format("2006-01-02T15:04:05.000000+00:00")+`"`))
	queues := readAll(t, admin, Config{Driver: "celery"})
	if len(queues) != 2 {
		t.Errorf("found %d queues, with those of the workers' own", len(queues))
	}
	celery := queues["celery"]
	expect(t, "waiting, of all priorities", celery.Metrics.Waiting, 3)
	expect(t, "active", celery.Metrics.Active, 1)
	expect(t, "delayed", celery.Metrics.Delayed, 1)
	expect(t, "waiting of an idle queue", queues["mail"].Metrics.Waiting, 0)
	if celery.Driver != "celery" || celery.Metrics.Failed != nil || celery.Workers != nil {
		t.Errorf("unknown figures are not null: %+v", celery)
	}
}

func TestCeleryWithManyUnacknowledged(t *testing.T) {
	admin := startRedis(t)
	do(t, admin, "sadd", "_kombu.binding.celery", "celery\x06\x16\x06\x16celery")
	words := []string{"hset", "unacked"}
	for index := range maxUnacked + 1 {
		words = append(words, fmt.Sprint(index), celeryMessage("celery", "null"))
	}
	do(t, admin, words...)
	celery := readAll(t, admin, Config{Driver: "celery"})["celery"]
	if celery.Metrics.Active != nil || string(celery.Meta) != `{"unackedInAllQueues":1001}` {
		t.Errorf("active is %s, meta %s", shown(celery.Metrics.Active), celery.Meta)
	}
}

func TestCeleryWithPrefixAndSeparator(t *testing.T) {
	admin := startRedis(t)
	prefix, separator := "app:", ":"
	do(t, admin, "sadd", "app:_kombu.binding.celery", "celery::celery")
	do(t, admin, "lpush", "app:celery:3", "a")
	queues := readAll(t, admin, Config{Driver: "celery", Prefix: &prefix, Separator: &separator})
	expect(t, "waiting", queues["celery"].Metrics.Waiting, 1)
}

func TestRQ(t *testing.T) {
	admin := startRedis(t)
	do(t, admin, "sadd", "rq:queues", "rq:queue:mail", "rq:queue:idle")
	do(t, admin, "rpush", "rq:queue:mail", "a", "b")
	do(t, admin, "hset", "rq:job:a", "enqueued_at", time.Now().Add(-100*time.Second).UTC().Format("2006-01-02T15:04:05.000000Z"))
	do(t, admin, "zadd", "rq:wip:mail", secondsFromNow(60), "c", secondsFromNow(-60), "abandoned")
	do(t, admin, "zadd", "rq:scheduled:mail", secondsFromNow(-30), "d")
	do(t, admin, "zadd", "rq:deferred:mail", secondsFromNow(-900), "e")
	do(t, admin, "zadd", "rq:failed:mail", "+inf", "f", secondsFromNow(-1), "expired")
	do(t, admin, "sadd", "rq:workers:mail", "rq:worker:w1", "rq:worker:killed")
	do(t, admin, "hset", "rq:worker:w1", "state", "idle")
	queues := readAll(t, admin, Config{Driver: "rq"})
	mail := queues["mail"]
	expect(t, "waiting", mail.Metrics.Waiting, 2)
	expect(t, "active, without abandoned jobs", mail.Metrics.Active, 1)
	expect(t, "delayed", mail.Metrics.Delayed, 1)
	expect(t, "waitingChildren", mail.Metrics.WaitingChildren, 1)
	expect(t, "failed, without expired ones", mail.Metrics.Failed, 1)
	expect(t, "workers that live", mail.Workers, 1)
	expectAge(t, "oldest", mail.OldestMs, 100_000)
	expectAge(t, "overdue", mail.OverdueMs, 30_000)
	expect(t, "waiting of an idle queue", queues["idle"].Metrics.Waiting, 0)
	if mail.Paused == nil || *mail.Paused {
		t.Error("it is not paused")
	}
	do(t, admin, "set", "rq:suspended", "1")
	do(t, admin, "set", "rq:queue:idle", "no list")
	queues = readAll(t, admin, Config{Driver: "rq"})
	if paused := queues["mail"].Paused; paused == nil || !*paused {
		t.Error("it is paused")
	}
	if queues["idle"].Error == "" || queues["mail"].Error != "" {
		t.Error("a key of another type costs its queue alone")
	}
}

func TestSidekiq(t *testing.T) {
	admin := startRedis(t)
	do(t, admin, "sadd", "queues", "default", "mail")
	do(t, admin, "lpush", "queue:default", fmt.Sprintf(`{"class":"A","enqueued_at":%d.5}`, time.Now().Unix()-100), `{"class":"B"}`)
	do(t, admin, "lpush", "queue:mail", fmt.Sprintf(`{"class":"A","enqueued_at":%d}`, time.Now().UnixMilli()-50_000))
	do(t, admin, "zadd", "schedule", secondsFromNow(60), `{"queue":"default","jid":"1"}`, secondsFromNow(-90), `{"queue":"mail","jid":"2"}`)
	do(t, admin, "zadd", "retry", secondsFromNow(60), `{"queue":"default","jid":"3"}`)
	do(t, admin, "zadd", "dead", secondsFromNow(-60), `{"queue":"default","jid":"4"}`)
	do(t, admin, "sadd", "processes", "host:1:a", "host:2:gone")
	do(t, admin, "hset", "host:1:a", "info", `{"concurrency":5,"queues":["default","default","mail"]}`, "busy", "1")
	do(t, admin, "hset", "host:1:a:work", "t1", `{"queue":"mail","payload":"{}","run_at":1}`)
	do(t, admin, "sadd", "paused", "mail")
	queues := readAll(t, admin, Config{Driver: "sidekiq"})
	standard, mail := queues["default"], queues["mail"]
	expect(t, "waiting", standard.Metrics.Waiting, 2)
	expect(t, "delayed, with retries", standard.Metrics.Delayed, 2)
	expect(t, "failed", standard.Metrics.Failed, 1)
	expect(t, "active", mail.Metrics.Active, 1)
	expect(t, "workers that live", mail.Workers, 1)
	expectAge(t, "oldest, in seconds", standard.OldestMs, 99_500)
	expectAge(t, "oldest, in ms", mail.OldestMs, 50_000)
	expectAge(t, "overdue", mail.OverdueMs, 90_000)
	if standard.Paused == nil || *standard.Paused || !*mail.Paused {
		t.Error("only mail is paused")
	}
	if !slices.Contains(standard.States, failed) || standard.Driver != "sidekiq" {
		t.Errorf("%+v", standard)
	}
}

func TestConfigErrorsNameTheSetting(t *testing.T) {
	text := ""
	for want, cfg := range map[string]Config{
		"driver takes one of bullmq, celery": {Driver: "kafka"},
		"queues takes the keys of the lists": {Driver: "redis-list", Redis: "redis://h"},
		"region has no place with driver rq": {Driver: "rq", Redis: "redis://h", Region: "eu-west-1"},
		"horizonPrefix takes a text":         {Driver: "laravel", Redis: "redis://h", HorizonPrefix: &text},
		"redis takes a URL":                  {Driver: "rq", Redis: "https://user:hunter2@h"},
		"failedJobs takes a URL":             {Driver: "laravel", Redis: "redis://h", FailedJobs: "oracle://user:hunter2@h/app"},
		"failedTable takes the name":         {Driver: "laravel", Redis: "redis://h", FailedJobs: "mysql://h/app", FailedTable: "x; drop"},
		"pollEvery takes a number":           {Driver: "sqs", Region: "eu-west-1", PollEvery: 5},
		"endpoint takes a URL":               {Driver: "sqs", Region: "eu-west-1", Endpoint: "ftp://user:hunter2@h"},
	} {
		_, err := New(cfg)
		if err == nil || len(err.Error()) < len(want) || err.Error()[:len(want)] != want {
			t.Errorf("%v, not %s …", err, want)
		}
		if err != nil && slices.Contains([]byte(err.Error()), 0) {
			t.Error("unreadable")
		}
	}
}
