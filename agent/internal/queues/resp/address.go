package resp

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Address is a parsed address of Redis.
type Address struct {
	// Where is `host:port` or the path of a socket; it contains no secrets.
	Where    string
	Network  string
	Dial     string
	Host     string
	DB       int
	Username string
	Password string
	TLS      bool
}

// Place is Where and the database: `127.0.0.1:6379/0`.
func (a Address) Place() string { return a.Where + "/" + strconv.Itoa(a.DB) }

var (
	hostAndPort = regexp.MustCompile(`(?i)^(?:([\w.-]+)|\[([\da-f:.]+)\]):(\d+)$`)
	digits      = regexp.MustCompile(`^\d{1,10}$`)
)

const encode = "characters of a user or a password that mean something in a URL are percent-encoded: @ as %40, / as %2F, # as %23, ? as %3F, : as %3A, % as %25"

// ParseAddress accepts a URL of Redis (redis://, rediss://, unix://), a socket's path, or `host:port`. Its errors repeat no part of the text.
func ParseAddress(text string) (Address, error) {
	if err := refuseDirt(text); err != nil {
		return Address{}, err
	}
	if strings.HasPrefix(text, "/") {
		return socket(text, 0)
	}
	if parts := hostAndPort.FindStringSubmatch(text); parts != nil {
		return network(parts[1]+parts[2], parts[3], 0)
	}
	scheme, _, found := strings.Cut(text, "://")
	if !found {
		return Address{}, errors.New("it has no redis:// in front of the host")
	}
	switch strings.ToLower(scheme) {
	case "redis", "rediss":
		return fromURL(text, strings.EqualFold(scheme, "rediss"))
	case "unix", "redis+unix":
		return fromSocketURL(text)
	}
	return Address{}, errors.New("its scheme is another one; for Valkey, too, it is redis:// or rediss://")
}

// refuseDirt rejects what an env file, a secret's file or a shell leaves around a value.
func refuseDirt(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return errors.New("it is empty")
	case strings.TrimSpace(text) != text:
		return errors.New("there is a space or a line break around it")
	case strings.ContainsAny(text[:1]+text[len(text)-1:], "\"'`"):
		return errors.New("there are quotes around it")
	case strings.ContainsFunc(text, unicode.IsControl):
		return errors.New("there is a line break or another control character in it")
	case !strings.HasPrefix(text, "/") && strings.ContainsFunc(text, unicode.IsSpace):
		return errors.New("there is a space in it")
	}
	return nil
}

func fromURL(text string, isTLS bool) (Address, error) {
	if strings.Contains(text, "#") {
		return Address{}, errors.New("there is a character that can't stand there; " + encode)
	}
	parsed, err := url.Parse(text)
	if err != nil {
		return Address{}, errors.New("its host or its port (1 to 65535) is none; " + encode)
	}
	if parsed.Hostname() == "" {
		return Address{}, errors.New("it names no host")
	}
	if strings.Contains(parsed.Path, "@") {
		return Address{}, errors.New("there is a character that can't stand there; " + encode)
	}
	db, err := databaseIn(parsed, strings.TrimPrefix(parsed.Path, "/"))
	if err != nil {
		return Address{}, err
	}
	port := parsed.Port()
	if port == "" {
		port = "6379"
	}
	address, err := network(parsed.Hostname(), port, db)
	address.TLS = isTLS
	return withCredentials(address, parsed), err
}

func fromSocketURL(text string) (Address, error) {
	// A URL requires a host after a user, and that of a socket has none.
	parsed, err := url.Parse(strings.Replace(text, "@/", "@localhost/", 1))
	if err != nil || (parsed.Host != "" && parsed.Host != "localhost") || !strings.HasPrefix(parsed.Path, "/") {
		return Address{}, errors.New("the path of its socket is not absolute, unix:///run/redis.sock")
	}
	db, err := databaseIn(parsed, "")
	if err != nil {
		return Address{}, err
	}
	address, err := socket(parsed.Path, db)
	return withCredentials(address, parsed), err
}

func socket(path string, db int) (Address, error) {
	if strings.Trim(path, "/") == "" {
		return Address{}, errors.New("the path of its socket is none")
	}
	return Address{Where: path, Network: "unix", Dial: path, DB: db}, nil
}

func network(host, port string, db int) (Address, error) {
	number, err := strconv.Atoi(port)
	if err != nil || number < 1 || number > 65535 {
		return Address{}, errors.New("its port is not 1 to 65535")
	}
	// As Node writes it, so that both name one place.
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		host = ip.String()
	}
	dial := net.JoinHostPort(host, strconv.Itoa(number))
	return Address{Where: host + ":" + strconv.Itoa(number), Network: "tcp", Dial: dial, Host: host, DB: db}, nil
}

func databaseIn(parsed *url.URL, path string) (int, error) {
	named := parsed.Query()["db"]
	if path != "" {
		named = append(named, path)
	}
	db := 0
	for index, text := range named {
		number, err := strconv.Atoi(text)
		if err != nil || !digits.MatchString(text) || number > 1<<31-1 {
			return 0, errors.New("its database is no whole number, 0 or more, as in redis://host:6379/0")
		}
		if index > 0 && number != db {
			return 0, errors.New("it names two databases")
		}
		db = number
	}
	return db, nil
}

// withCredentials also reads them from the query, as ioredis does.
func withCredentials(address Address, parsed *url.URL) Address {
	address.Username = parsed.User.Username()
	address.Password, _ = parsed.User.Password()
	query := parsed.Query()
	if query.Has("username") {
		address.Username = query.Get("username")
	}
	if query.Has("password") {
		address.Password = query.Get("password")
	}
	return address
}
