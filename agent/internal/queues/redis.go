package queues

import (
	"context"
	"math"
	"regexp"
	"time"

	"github.com/gravito-framework/quasar/agent/internal/queues/resp"
)

// portion is the number of commands that Redis answers well within the time-out.
const portion = 1_000

var (
	runID        = regexp.MustCompile(`(?m)^run_id:(\w+)`)
	clusterMode  = regexp.MustCompile(`(?m)^redis_mode:cluster`)
	clusterSize  = regexp.MustCompile(`(?m)^cluster_size:(\d+)`)
	deniedDetail = regexp.MustCompile(`(?i)\((?:ERR )?((?:NOPERM |ERR |The user)[^)]*)\)?$`)
)

// opening is what a Redis tells of itself before its queues are read.
type opening struct {
	server string
	// now is Redis' clock, Unix ms: the clocks of the app's machines and of this one may differ.
	now float64
}

// open reads the server's identity and its clock; a user may lack the right to either.
func open(ctx context.Context, client *resp.Client) (opening, error) {
	replies := client.Send(ctx, []string{"info", "server"}, []string{"time"})
	for _, reply := range replies {
		if reply.Err != nil && !reply.Err.IsAboutKey() {
			return opening{}, inWords(reply.Err)
		}
	}
	info := resp.TextOf(replies[0].Value)
	if err := refuseOneNode(ctx, client, info); err != nil {
		return opening{}, err
	}
	opened := opening{now: serverTime(replies[1].Value)}
	if match := runID.FindStringSubmatch(info); match != nil {
		opened.server = match[1]
	}
	return opened, nil
}

// refuseOneNode rejects a single node of a Cluster: it has only a part of the keys, which would look like all of them.
func refuseOneNode(ctx context.Context, client *resp.Client, info string) error {
	if !clusterMode.MatchString(info) {
		return nil
	}
	reply := client.Send(ctx, []string{"cluster", "info"})[0]
	match := clusterSize.FindStringSubmatch(resp.TextOf(reply.Value))
	if match == nil || match[1] == "0" || match[1] == "1" {
		return nil
	}
	return &resp.Error{Code: "MOVED", Message: "This Redis is one node of a Cluster, which holds a part of the keys: the agent reads no Cluster"}
}

func serverTime(reply any) float64 {
	parts := resp.List(reply)
	if len(parts) == 2 {
		seconds, micros := resp.Number(parts[0]), resp.Number(parts[1])
		if seconds != nil && micros != nil {
			return math.Floor(*seconds*1_000 + *micros/1_000)
		}
	}
	return float64(time.Now().UnixMilli())
}

// inWords is the error of a source: a missing right is named.
func inWords(err *resp.Error) *resp.Error {
	if err.Code != "NOPERM" {
		return err
	}
	detail := err.Message
	if match := deniedDetail.FindStringSubmatch(err.Message); match != nil {
		detail = match[1]
	}
	return &resp.Error{Code: err.Code, Message: "The Redis user of this source lacks a right that docs/agent.md lists: " + detail + " (NOPERM)"}
}

// firstError is the error that concerns one queue alone, of the replies about it; or one that concerns the whole source.
func firstError(replies []resp.Reply, wrongType string) (about string, err error) {
	for _, reply := range replies {
		switch {
		case reply.Err == nil:
			continue
		case !reply.Err.IsAboutKey():
			return "", inWords(reply.Err)
		case reply.Err.Code == "WRONGTYPE":
			return wrongType, nil
		default:
			return inWords(reply.Err).Message, nil
		}
	}
	return "", nil
}
