package ingest

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gravito-framework/quasar/clients/go/protocol"
)

// parseNode reads `{service}/{node}`.
func parseNode(path string) (service, node string, ok bool) {
	first, second, found := strings.Cut(path, "/")
	service, serviceErr := url.PathUnescape(first)
	node, nodeErr := url.PathUnescape(second)
	ok = found && serviceErr == nil && nodeErr == nil && isName(service) && isName(node)
	return service, node, ok
}

func isName(text string) bool {
	return text != "" && utf8.RuneCountInString(text) <= protocol.MaxNameChars
}
