package queues

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

// script is a Lua script that only reads, and its hash in Redis.
type script struct {
	text string
	sha  string
}

func scriptOf(text string) script {
	sum := sha1.Sum([]byte(text))
	return script{text, hex.EncodeToString(sum[:])}
}

// scriptRunner runs scripts by their hash, and remembers whether scripts are denied.
type scriptRunner struct {
	client *resp.Client
	denied bool
}

var (
	// Other servers than Redis report "command 'eval' is not allowed".
	aboutEval  = regexp.MustCompile(`(?i)\beval(sha)?\b`)
	notAllowed = regexp.MustCompile(`(?i)unknown (redis )?command|not allowed`)
)

// run returns false if scripts are denied, all or those of these keys: the caller has a slower way.
func (r *scriptRunner) run(ctx context.Context, one script, args []string) (resp.Reply, bool) {
	if r.denied {
		return resp.Reply{}, false
	}
	reply := r.send(ctx, one, args)
	if reply.Err == nil {
		return reply, true
	}
	if isDenial(reply.Err) {
		r.denied = true
	}
	// A command that the script lacks fails it as a whole, while single commands show what is missing.
	isMissing := reply.Err.Code == "NOPERM" || reply.Err.Code == "NOCMD"
	return reply, !r.denied && !isMissing
}

func (r *scriptRunner) send(ctx context.Context, one script, args []string) resp.Reply {
	reply := r.client.Send(ctx, append([]string{"evalsha", one.sha, "0"}, args...))[0]
	if reply.Err == nil || reply.Err.Code != "NOSCRIPT" {
		return reply
	}
	return r.client.Send(ctx, append([]string{"eval", one.text, "0"}, args...))[0]
}

func isDenial(err *resp.Error) bool {
	if strings.Contains(strings.ToLower(err.Message), "undeclared") {
		return true
	}
	isRefusal := err.Code == "NOPERM" || err.Code == "NOCMD" || notAllowed.MatchString(err.Message)
	return isRefusal && aboutEval.MatchString(err.Message)
}

// numberText is a number as an argument of a command.
func numberText(number float64) string { return strconv.FormatFloat(number, 'f', -1, 64) }
