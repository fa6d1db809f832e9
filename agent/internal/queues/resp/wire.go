package resp

import (
	"bufio"
	"errors"
	"io"
	"strconv"
)

// Limits of one value and of all values of one reply, in bytes. A value beyond is skipped while it arrives.
const (
	maxValueBytes = 8 << 20
	maxReplyBytes = 16 << 20
	maxDepth      = 8
)

// refused is an error reply.
type refused string

var errMalformed = errors.New("a malformed reply")

func write(to io.Writer, commands [][]string) error {
	var bytes []byte
	for _, command := range commands {
		bytes = append(bytes, '*')
		bytes = strconv.AppendInt(bytes, int64(len(command)), 10)
		bytes = append(bytes, '\r', '\n')
		for _, word := range command {
			bytes = append(bytes, '$')
			bytes = strconv.AppendInt(bytes, int64(len(word)), 10)
			bytes = append(bytes, '\r', '\n')
			bytes = append(bytes, word...)
			bytes = append(bytes, '\r', '\n')
		}
	}
	_, err := to.Write(bytes)
	return err
}

func readReply(from *bufio.Reader) (any, error) {
	left := maxReplyBytes
	return readValue(from, &left, maxDepth)
}

func readValue(from *bufio.Reader, left *int, depth int) (any, error) {
	line, err := readLine(from)
	if err != nil {
		return nil, err
	}
	if line == "" {
		return nil, errMalformed
	}
	rest := line[1:]
	switch line[0] {
	case '+':
		return rest, nil
	case '-':
		return refused(rest), nil
	case ':':
		return strconv.ParseInt(rest, 10, 64)
	case '$':
		return readText(from, rest, left)
	case '*':
		return readList(from, rest, left, depth)
	}
	return nil, errMalformed
}

func readText(from *bufio.Reader, size string, left *int) (any, error) {
	length, err := strconv.Atoi(size)
	if err != nil {
		return nil, errMalformed
	}
	if length < 0 {
		return nil, nil
	}
	if length > maxValueBytes || length > *left {
		if _, err := io.CopyN(io.Discard, from, int64(length)+2); err != nil {
			return nil, err
		}
		return refused("TOOLARGE the value is larger than the agent loads"), nil
	}
	*left -= length
	bytes := make([]byte, length+2)
	if _, err := io.ReadFull(from, bytes); err != nil {
		return nil, err
	}
	return string(bytes[:length]), nil
}

func readList(from *bufio.Reader, size string, left *int, depth int) (any, error) {
	length, err := strconv.Atoi(size)
	if err != nil || depth == 0 {
		return nil, errMalformed
	}
	if length < 0 {
		return nil, nil
	}
	list := make([]any, 0, min(length, 1024))
	for range length {
		value, err := readValue(from, left, depth-1)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, nil
}

func readLine(from *bufio.Reader) (string, error) {
	line, err := from.ReadSlice('\n')
	if err != nil {
		return "", err
	}
	if len(line) < 2 || line[len(line)-2] != '\r' {
		return "", errMalformed
	}
	return string(line[:len(line)-2]), nil
}
