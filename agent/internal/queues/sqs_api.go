package queues

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/aws"
)

const (
	sqsTimeout   = 10 * time.Second
	maxSQSAnswer = 4 << 20
)

var (
	regionName = regexp.MustCompile(`^[\w-]+$`)
	errorName  = regexp.MustCompile(`^[\w.]{1,80}$`)
)

// sqsError is an error of SQS or of the connection to it. Its message contains no text of the answer except harmless names.
type sqsError struct {
	code    string
	message string
	// isAnswer: SQS itself answered.
	isAnswer bool
}

func (e *sqsError) Error() string { return e.message }

func (e *sqsError) isGone() bool { return e != nil && e.code == "QueueDoesNotExist" }

const (
	sqsCredentials = "AWS refuses the credentials: key, secret and session token must belong together"
	sqsExpired     = "The session of the AWS credentials has run out"
	sqsThrottled   = "SQS is asked too often: raise pollEvery"
	sqsNotFound    = "There is no such queue in this region and account"
)

var sqsWords = map[string]string{
	"QueueDoesNotExist":    sqsNotFound,
	"InvalidAddress":       "This URL is not that of a queue in this region",
	"InvalidClientTokenId": sqsCredentials, "UnrecognizedClientException": sqsCredentials, "SignatureDoesNotMatch": sqsCredentials,
	"InvalidSignatureException": sqsCredentials, "InvalidSecurity": sqsCredentials, "MissingAuthenticationToken": sqsCredentials,
	"ExpiredToken": sqsExpired, "ExpiredTokenException": sqsExpired,
	"RequestExpired":   "AWS finds that the clock of this machine is wrong",
	"RequestThrottled": sqsThrottled, "ThrottlingException": sqsThrottled,
	"CredentialsProviderError": "No AWS credentials were found: set what docs/agent.md lists",
	"TimeoutError":             "SQS does not answer in time",
	"ECONNREFUSED":             "Nothing listens where SQS should be",
	"ECONNRESET":               "SQS closed the connection",
	"ENOTFOUND":                "The name of SQS' host is not known: is the region right?",
}

var sqsAliases = map[string]string{
	"AWS.SimpleQueueService.NonExistentQueue": "QueueDoesNotExist", "NonExistentQueue": "QueueDoesNotExist",
	"AccessDeniedException": "AccessDenied",
}

func sqsRefusal(name, action string, status int) *sqsError {
	if at := strings.LastIndex(name, "#"); at >= 0 {
		name = name[at+1:]
	}
	name, _, _ = strings.Cut(name, ":")
	if !errorName.MatchString(name) {
		name = "unknown"
	}
	if alias, has := sqsAliases[name]; has {
		name = alias
	}
	message := "SQS did not do " + action + " (" + name + ", HTTP " + strconv.Itoa(status) + ")"
	if name == "AccessDenied" {
		message = "The AWS credentials lack the permission sqs:" + action + " (AccessDenied)"
	} else if words, has := sqsWords[name]; has {
		message = words + " (" + name + ")"
	}
	return &sqsError{name, message, true}
}

func sqsFailure(err error) *sqsError {
	var code string
	switch {
	case errors.Is(err, aws.ErrNone):
		code = "CredentialsProviderError"
	case errors.Is(err, context.DeadlineExceeded) || os.IsTimeout(err):
		code = "TimeoutError"
	case errors.Is(err, syscall.ECONNREFUSED):
		code = "ECONNREFUSED"
	case strings.Contains(err.Error(), "no such host"):
		code = "ENOTFOUND"
	case errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET):
		code = "ECONNRESET"
	default:
		return &sqsError{"unknown", "SQS cannot be reached", false}
	}
	return &sqsError{code, sqsWords[code] + " (" + code + ")", false}
}

// sqsAPI are the calls in use, one request each.
type sqsAPI struct {
	endpoint    string
	region      string
	credentials aws.Provider
	client      http.Client
}

func (a *sqsAPI) call(ctx context.Context, action string, input, output any) *sqsError {
	ctx, cancel := context.WithTimeout(ctx, sqsTimeout)
	defer cancel()
	body, err := json.Marshal(input)
	if err != nil {
		return sqsFailure(err)
	}
	credentials, err := a.credentials.Get(ctx)
	if err != nil {
		return sqsFailure(err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.endpoint, bytes.NewReader(body))
	if err != nil {
		return sqsFailure(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "AmazonSQS."+action)
	aws.Sign(request, body, credentials, a.region, "sqs", time.Now())
	answer, err := a.client.Do(request)
	if err != nil {
		return sqsFailure(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxSQSAnswer))
	if err != nil {
		return sqsFailure(err)
	}
	if answer.StatusCode != http.StatusOK {
		return refusalIn(answer, text, action)
	}
	if json.Unmarshal(text, output) != nil {
		return &sqsError{"unknown", "SQS answered " + action + " with something else", true}
	}
	return nil
}

// refusalIn: the older name of an error is in a header, where the SDK prefers it as well.
func refusalIn(answer *http.Response, text []byte, action string) *sqsError {
	var about struct {
		Type string `json:"__type"`
		Code string `json:"code"`
	}
	_ = json.Unmarshal(text, &about)
	name := about.Type
	if name == "" {
		name = about.Code
	}
	if old, _, found := strings.Cut(answer.Header.Get("x-amzn-query-error"), ";"); found && old != "" {
		name = old
	}
	return sqsRefusal(name, action, answer.StatusCode)
}

type sqsAttributes map[string]string

func (a *sqsAPI) attributes(ctx context.Context, queue string) (sqsAttributes, *sqsError) {
	var output struct{ Attributes sqsAttributes }
	input := map[string]any{"QueueUrl": queue, "AttributeNames": []string{"ApproximateNumberOfMessages",
		"ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed", "RedrivePolicy"}}
	err := a.call(ctx, "GetQueueAttributes", input, &output)
	return output.Attributes, err
}

func (a *sqsAPI) urlOf(ctx context.Context, name string) (string, *sqsError) {
	var output struct {
		QueueURL string `json:"QueueUrl"`
	}
	err := a.call(ctx, "GetQueueUrl", map[string]any{"QueueName": name}, &output)
	if err == nil && output.QueueURL == "" {
		err = &sqsError{"QueueDoesNotExist", "SQS names no URL for this queue", true}
	}
	return output.QueueURL, err
}

func (a *sqsAPI) list(ctx context.Context, after string) (urls []string, next string, err *sqsError) {
	var output struct {
		QueueURLs []string `json:"QueueUrls"`
		NextToken string
	}
	input := map[string]any{"MaxResults": 1_000}
	if after != "" {
		input["NextToken"] = after
	}
	err = a.call(ctx, "ListQueues", input, &output)
	return output.QueueURLs, output.NextToken, err
}
