package aws

import (
	"bufio"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// ErrNone tells that no source had credentials.
var ErrNone = errors.New("no AWS credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or a role of the machine or the container")

const (
	// Credentials are renewed before they expire.
	renewBefore  = 5 * time.Minute
	askTimeout   = 2 * time.Second
	maxAnswer    = 64 << 10
	metadataHost = "http://169.254.169.254"
	containerURL = "http://169.254.170.2"
)

// Provider finds credentials where the AWS SDKs look for them: the environment, a web identity, the profile's files, the container, the
// machine. It remembers them until they expire.
type Provider struct {
	// Region of STS, for a web identity.
	Region string

	mutex  sync.Mutex
	cached *Credentials
	client http.Client
}

// Get returns credentials. Its errors contain none.
func (p *Provider) Get(ctx context.Context) (Credentials, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.cached != nil && (p.cached.Expires.IsZero() || time.Until(p.cached.Expires) > renewBefore) {
		return *p.cached, nil
	}
	found, err := p.find(ctx)
	if err != nil {
		return Credentials{}, err
	}
	p.cached = &found
	return found, nil
}

func (p *Provider) find(ctx context.Context) (Credentials, error) {
	if key, secret := os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"); key != "" && secret != "" {
		return Credentials{AccessKey: key, SecretKey: secret, SessionToken: os.Getenv("AWS_SESSION_TOKEN")}, nil
	}
	if file, role := os.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE"), os.Getenv("AWS_ROLE_ARN"); file != "" && role != "" {
		return p.webIdentity(ctx, file, role)
	}
	if found, has := fromProfile(); has {
		return found, nil
	}
	if full := containerAddress(); full != "" {
		return p.container(ctx, full)
	}
	if !strings.EqualFold(os.Getenv("AWS_EC2_METADATA_DISABLED"), "true") {
		if found, err := p.machine(ctx); err == nil {
			return found, nil
		}
	}
	return Credentials{}, ErrNone
}

// RegionOf is the region of the environment or the profile; empty if there is none.
func RegionOf() string {
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if region := os.Getenv(name); region != "" {
			return region
		}
	}
	return section(configFile(), profileName(), "profile ")["region"]
}

func profileName() string {
	if name := os.Getenv("AWS_PROFILE"); name != "" {
		return name
	}
	return "default"
}

func configFile() string { return sharedFile("AWS_CONFIG_FILE", "config") }

func sharedFile(variable, name string) string {
	if path := os.Getenv(variable); path != "" {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".aws", name)
}

func fromProfile() (Credentials, bool) {
	for file, prefix := range map[string]string{sharedFile("AWS_SHARED_CREDENTIALS_FILE", "credentials"): "", configFile(): "profile "} {
		values := section(file, profileName(), prefix)
		found := Credentials{AccessKey: values["aws_access_key_id"], SecretKey: values["aws_secret_access_key"], SessionToken: values["aws_session_token"]}
		if found.AccessKey != "" && found.SecretKey != "" {
			return found, true
		}
	}
	return Credentials{}, false
}

// section reads one section of an INI file; empty if there is none.
func section(path, name, prefix string) map[string]string {
	values := map[string]string{}
	file, err := os.Open(path)
	if err != nil {
		return values
	}
	defer func() { _ = file.Close() }()
	isOwn := false
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			title := strings.TrimSpace(strings.Trim(line, "[]"))
			isOwn = title == prefix+name || (name == "default" && title == name)
			continue
		}
		if key, value, found := strings.Cut(line, "="); found && isOwn {
			values[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	return values
}

// containerAddress is empty outside a container of ECS or EKS.
func containerAddress() string {
	if relative := os.Getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"); relative != "" {
		return containerURL + relative
	}
	return os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
}

func (p *Provider) container(ctx context.Context, full string) (Credentials, error) {
	if !isTrusted(full) {
		return Credentials{}, errors.New("AWS_CONTAINER_CREDENTIALS_FULL_URI takes https, or an address of this machine")
	}
	token := os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN")
	if file := os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return Credentials{}, errors.New("the token of the container's credentials cannot be read")
		}
		token = strings.TrimSpace(string(text))
	}
	text, err := p.ask(ctx, http.MethodGet, full, map[string]string{"Authorization": token})
	if err != nil {
		return Credentials{}, errors.New("the container's credentials cannot be read")
	}
	return parsed(text)
}

// isTrusted: over plain HTTP only hosts that no network in between can imitate.
func isTrusted(full string) bool {
	address, err := url.Parse(full)
	if err != nil || address.Scheme == "https" {
		return err == nil
	}
	ip := net.ParseIP(address.Hostname())
	return address.Hostname() == "localhost" || (ip != nil && (ip.IsLoopback() ||
		ip.String() == "169.254.170.2" || ip.String() == "169.254.170.23" || ip.String() == "fd00:ec2::23"))
}

func (p *Provider) machine(ctx context.Context) (Credentials, error) {
	host := metadataHost
	if given := os.Getenv("AWS_EC2_METADATA_SERVICE_ENDPOINT"); given != "" {
		host = strings.TrimSuffix(given, "/")
	}
	token, err := p.ask(ctx, http.MethodPut, host+"/latest/api/token", map[string]string{"X-aws-ec2-metadata-token-ttl-seconds": "300"})
	if err != nil {
		return Credentials{}, err
	}
	headers := map[string]string{"X-aws-ec2-metadata-token": string(token)}
	const path = "/latest/meta-data/iam/security-credentials/"
	role, err := p.ask(ctx, http.MethodGet, host+path, headers)
	if err != nil {
		return Credentials{}, err
	}
	name, _, _ := strings.Cut(strings.TrimSpace(string(role)), "\n")
	text, err := p.ask(ctx, http.MethodGet, host+path+url.PathEscape(name), headers)
	if err != nil {
		return Credentials{}, err
	}
	return parsed(text)
}

func parsed(text []byte) (Credentials, error) {
	var answer struct {
		AccessKeyID     string `json:"AccessKeyId"`
		SecretAccessKey string
		Token           string
		Expiration      time.Time
	}
	if json.Unmarshal(text, &answer) != nil || answer.AccessKeyID == "" || answer.SecretAccessKey == "" {
		return Credentials{}, ErrNone
	}
	return Credentials{answer.AccessKeyID, answer.SecretAccessKey, answer.Token, answer.Expiration}, nil
}

func (p *Provider) webIdentity(ctx context.Context, file, role string) (Credentials, error) {
	failed := errors.New("the role of the web identity (AWS_ROLE_ARN) cannot be assumed")
	token, err := os.ReadFile(file)
	if err != nil {
		return Credentials{}, failed
	}
	endpoint := os.Getenv("AWS_ENDPOINT_URL_STS")
	if endpoint == "" {
		endpoint = "https://sts." + p.Region + ".amazonaws.com"
	}
	session := os.Getenv("AWS_ROLE_SESSION_NAME")
	if session == "" {
		session = "quasar-agent"
	}
	query := url.Values{"Action": {"AssumeRoleWithWebIdentity"}, "Version": {"2011-06-15"}, "RoleArn": {role},
		"RoleSessionName": {session}, "WebIdentityToken": {strings.TrimSpace(string(token))}}
	text, err := p.post(ctx, endpoint, query)
	if err != nil {
		return Credentials{}, failed
	}
	var answer struct {
		Key     string    `xml:"AssumeRoleWithWebIdentityResult>Credentials>AccessKeyId"`
		Secret  string    `xml:"AssumeRoleWithWebIdentityResult>Credentials>SecretAccessKey"`
		Token   string    `xml:"AssumeRoleWithWebIdentityResult>Credentials>SessionToken"`
		Expires time.Time `xml:"AssumeRoleWithWebIdentityResult>Credentials>Expiration"`
	}
	if xml.Unmarshal(text, &answer) != nil || answer.Key == "" {
		return Credentials{}, failed
	}
	return Credentials{answer.Key, answer.Secret, answer.Token, answer.Expires}, nil
}

func (p *Provider) post(ctx context.Context, endpoint string, form url.Values) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*askTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.do(request)
}

func (p *Provider) ask(ctx context.Context, method, address string, headers map[string]string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return nil, err
	}
	for name, value := range headers {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	return p.do(request)
}

func (p *Provider) do(request *http.Request) ([]byte, error) {
	answer, err := p.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New(answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
}
