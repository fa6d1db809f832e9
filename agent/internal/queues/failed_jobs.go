package queues

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/lib/pq"
)

const (
	// Counting a large table is not free, and failed jobs seldom matter within seconds.
	failedEvery   = 60 * time.Second
	failedTimeout = 3 * time.Second
)

var tableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$`)

// failedJobs counts the rows of Laravel's table of failed jobs, in a transaction that may only read. A nil one counts nothing.
type failedJobs struct {
	db         *sql.DB
	query      string
	connection string
	at         time.Time
	last       failedCounts
}

// failedCounts are failed jobs by queue, and why they are unknown.
type failedCounts struct {
	isAsked bool
	counts  map[string]float64
	err     string
}

func (f failedCounts) names() []string { return slices.Sorted(maps.Keys(f.counts)) }

func newFailedJobs(cfg Config) (*failedJobs, error) {
	if cfg.FailedJobs == "" {
		return nil, nil
	}
	table := cfg.FailedTable
	if table == "" {
		table = "failed_jobs"
	}
	if !tableName.MatchString(table) {
		return nil, errors.New("failedTable takes the name of a table, like failed_jobs")
	}
	connection := cfg.FailedConnection
	if connection == "" {
		connection = "redis"
	}
	db, parameter, err := openSQL(cfg.FailedJobs)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	db.SetConnMaxIdleTime(5 * time.Minute)
	query := fmt.Sprintf("SELECT queue, COUNT(*) FROM %s WHERE connection = %s GROUP BY queue ORDER BY queue LIMIT %d", table, parameter, maxQueues)
	return &failedJobs{db: db, query: query, connection: connection}, nil
}

// openSQL connects at the first query. Its errors repeat no part of the URL.
func openSQL(text string) (db *sql.DB, parameter string, err error) {
	const takes = "failedJobs takes a URL: postgres://user:password@host:5432/app or mysql://user:password@host:3306/app"
	parsed, err := url.Parse(text)
	// A socket's folder is in the query: postgres://user@/app?host=/run/postgresql
	if err != nil || (parsed.Host == "" && parsed.Query().Get("host") == "") {
		return nil, "", errors.New(takes)
	}
	switch parsed.Scheme {
	case "postgres", "postgresql", "pgsql":
		parsed.Scheme = "postgres"
		query := parsed.Query()
		query.Set("connect_timeout", "3")
		query.Set("application_name", "quasar-agent")
		query.Set("default_transaction_read_only", "on")
		parsed.RawQuery = query.Encode()
		connector, err := pq.NewConnector(parsed.String())
		if err != nil {
			return nil, "", errors.New(takes)
		}
		return sql.OpenDB(connector), "$1", nil
	case "mysql", "mariadb":
		connector, err := mysqlConnector(parsed)
		if err != nil {
			return nil, "", errors.New(takes)
		}
		return sql.OpenDB(connector), "?", nil
	}
	return nil, "", errors.New(takes)
}

type silent struct{}

func (silent) Print(...any) {}

func mysqlConnector(parsed *url.URL) (driver.Connector, error) {
	if parsed.Host == "" {
		return nil, errors.New("no host")
	}
	config := mysql.NewConfig()
	config.User = parsed.User.Username()
	config.Passwd, _ = parsed.User.Password()
	config.Net = "tcp"
	config.Addr = parsed.Host
	if parsed.Port() == "" {
		config.Addr = parsed.Host + ":3306"
	}
	config.DBName = strings.TrimPrefix(parsed.Path, "/")
	config.Timeout, config.ReadTimeout, config.WriteTimeout = failedTimeout, failedTimeout, failedTimeout
	// The driver would log to the standard error.
	config.Logger = silent{}
	config.TLSConfig = parsed.Query().Get("tls")
	return mysql.NewConnector(config)
}

// read asks at most once a minute. A table that cannot be read costs only the figure of failed jobs.
func (f *failedJobs) read(ctx context.Context) failedCounts {
	if f == nil {
		return failedCounts{}
	}
	if !f.at.IsZero() && time.Since(f.at) < failedEvery {
		return f.last
	}
	f.at = time.Now()
	counts, err := f.ask(ctx)
	f.last = failedCounts{isAsked: true, counts: counts}
	if err != nil {
		f.last.err = sqlInWords(err)
	}
	return f.last
}

func (f *failedJobs) ask(ctx context.Context) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, failedTimeout)
	defer cancel()
	// Both databases refuse a write in it, whatever the user may do.
	transaction, err := f.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer func() { _ = transaction.Rollback() }()
	rows, err := transaction.QueryContext(ctx, f.query, f.connection)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	counts := map[string]float64{}
	for rows.Next() {
		var queue string
		var count float64
		if err := rows.Scan(&queue, &count); err != nil {
			return nil, err
		}
		counts[bareName(queue)] += count
	}
	return counts, rows.Err()
}

func (f *failedJobs) close() error {
	if f == nil {
		return nil
	}
	return f.db.Close()
}

// sqlInWords leaves out the driver's message, which may repeat a part of the URL; the code tells enough.
func sqlInWords(err error) string {
	var postgres *pq.Error
	var my *mysql.MySQLError
	switch {
	case errors.As(err, &postgres):
		return fmt.Sprintf("PostgreSQL refuses the table of failed jobs: %s (%s)", postgres.Code.Name(), postgres.Code)
	case errors.As(err, &my):
		return fmt.Sprintf("MySQL refuses the table of failed jobs (error %d)", my.Number)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("The database of failed jobs does not answer within %s", failedTimeout)
	}
	return "The database of failed jobs cannot be reached"
}
