package protocol

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"errors"
	"io"
)

// Shorter texts stay readable: there is little to save.
const minPackedChars = 512

// Pack returns the field and the value that store a JSON text in a stream's entry: data with the text, or deflate with the text deflated
// (RFC 1951) in Base64, whichever is shorter.
func Pack(text string) (field, value string) {
	if len(text) < minPackedChars || len(text) > MaxRecordChars {
		return "data", text
	}
	if packed := Deflate(text); len(packed) < len(text) {
		return "deflate", packed
	}
	return "data", text
}

// Deflate returns a text deflated (RFC 1951, without a header) in Base64.
func Deflate(text string) string {
	var out bytes.Buffer
	// Neither fails: the level is valid, and a buffer accepts everything.
	packer, _ := flate.NewWriter(&out, flate.DefaultCompression)
	_, _ = io.WriteString(packer, text)
	_ = packer.Close()
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

// Inflate reads what Deflate wrote. A text of more than 1 MiB is an error.
func Inflate(packed string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(raw)), MaxRecordChars+1))
	if err == nil && len(text) > MaxRecordChars {
		err = errors.New("the text inflates to more than 1 MiB")
	}
	return string(text), err
}
