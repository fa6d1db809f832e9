package queues

import (
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lib/pq"
)

// startPostgres starts a server on a socket of the test's own. It refuses root, so it runs as another user there.
func startPostgres(t *testing.T) (url string) {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 || os.Getuid() == 0 && exec.Command("runuser", "-u", "postgres", "true").Run() != nil {
		t.Skip("there is no PostgreSQL")
	}
	bin := filepath.Dir(found[len(found)-1])
	folder, err := os.MkdirTemp("/tmp", "quasar-pg-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	run := func(words ...string) *exec.Cmd {
		if os.Getuid() == 0 {
			words = append([]string{"runuser", "-u", "postgres", "--"}, words...)
		}
		command := exec.Command(words[0], words[1:]...)
		command.Dir = "/tmp"
		return command
	}
	if os.Getuid() == 0 {
		if out, err := exec.Command("chown", "postgres", folder).CombinedOutput(); err != nil {
			t.Skipf("%s", out)
		}
	}
	data := filepath.Join(folder, "data")
	if out, err := run(bin+"/initdb", "-D", data, "-U", "postgres", "-A", "trust").CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	options := fmt.Sprintf("-k %s -c listen_addresses='' -c fsync=off", folder)
	if out, err := run(bin+"/pg_ctl", "-D", data, "-w", "-o", options, "-l", filepath.Join(folder, "log"), "start").CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	t.Cleanup(func() { _ = run(bin+"/pg_ctl", "-D", data, "-m", "immediate", "stop").Run() })
	return fmt.Sprintf("postgres://postgres:hunter2@/postgres?sslmode=disable&host=%s", folder)
}

func TestFailedJobsOfAnAppWithoutHorizon(t *testing.T) {
	url := startPostgres(t)
	admin := startRedis(t)
	db, _, err := openSQL(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	owner := openOwner(t, url)
	owner(`CREATE TABLE failed_jobs (id bigserial, uuid text, connection text, queue text, payload text, exception text, failed_at timestamp)`)
	owner(`INSERT INTO failed_jobs (connection, queue) VALUES ('redis','default'),('redis','default'),('sqs','default'),('redis','gone')`)
	do(t, admin, "rpush", "laravel_database_queues:default", `{"uuid":"u","displayName":"x"}`)
	queues := readAll(t, admin, Config{Driver: "laravel", FailedJobs: url})
	expect(t, "failed", queues["default"].Metrics.Failed, 2)
	expect(t, "failed of a queue without jobs", queues["gone"].Metrics.Failed, 1)
	if _, err := db.Exec(`DELETE FROM failed_jobs`); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("the connection may write: %v", err)
	}
	owner(`DROP TABLE failed_jobs`)
	broken := readAll(t, admin, Config{Driver: "laravel", FailedJobs: url})["default"]
	expect(t, "waiting without the table", broken.Metrics.Waiting, 1)
	if broken.Metrics.Failed != nil || !strings.Contains(string(broken.Meta), "undefined_table") {
		t.Errorf("meta is %s", broken.Meta)
	}
}

func openOwner(t *testing.T, url string) func(string) {
	connector, err := pq.NewConnector(url)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { _ = db.Close() })
	return func(statement string) {
		t.Helper()
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
}
