package redact

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestVectorsOfRedaction(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "schemas", "vectors", "redaction.json"))
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Texts []struct {
			Text         string
			Hides, Keeps []string
		}
		URLs []struct{ URL, Redacted string }
	}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	for _, v := range read.Texts {
		masked := Text(v.Text)
		for _, secret := range v.Hides {
			if strings.Contains(masked, secret) {
				t.Errorf("%q has %q", masked, secret)
			}
		}
		for _, kept := range v.Keeps {
			if !strings.Contains(masked, kept) {
				t.Errorf("%q lacks %q", masked, kept)
			}
		}
	}
	for _, v := range read.URLs {
		if got := URL(v.URL); got != v.Redacted {
			t.Errorf("%q became %q, not %q", v.URL, got, v.Redacted)
		}
	}
}

func TestMasksWhatGoAppsWrite(t *testing.T) {
	for text, want := range map[string]string{
		`dial shop:hunter2@tcp(db:3306)/shop: refused`:     `dial shop:***@tcp(db:3306)/shop: refused`,
		`{Password:hunter2 User:ada}`:                      `{Password:*** User:ada}`,
		`map[Authorization:[Bearer abc123def456] Via:[x]]`: `map[Authorization:[***] Via:[x]]`,
		`{\"token\":\"abc def\",\"n\":1}`:                  `{\"token\":\"***\",\"n\":1}`,
		`unexpected token: }`:                              `unexpected token: }`,
		`max_tokens=4096 tokenType=bearer`:                 `max_tokens=4096 tokenType=bearer`,
		`no user ada@example.com here`:                     `no user *** here`,
		`https://localhost:4873/@scope/pkg`:                `https://localhost:4873/@scope/pkg`,
		`order 4242424242424241 not found`:                 `order 4242424242424241 not found`,
	} {
		if got := Text(text); got != want {
			t.Errorf("%q became %q, not %q", text, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{`password="`, `a://b:c@d`, `\"token\":\"`, "-----BEGIN PRIVATE KEY-----", "eyJ", "=>", "é\xff=:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if masked := Within(text, 100); !utf8.ValidString(masked) {
			t.Errorf("%q is no valid text", masked)
		}
		URL(text)
	})
}

func BenchmarkText(b *testing.B) {
	text := strings.Repeat("no stock: order=17 of the house ", 64)
	b.SetBytes(int64(len(text)))
	for range b.N {
		Text(text)
	}
}

// An expression that takes quadratic time would need minutes for all.
func TestMasksLongHostileTexts(t *testing.T) {
	for _, piece := range []string{strings.Repeat("a", 20) + "://aaaa:a", "a://", "a:b@", `"`, "=", ":", `{"a":`, "aGVsbG8", "password=,", `token:\"`, "password=[", "cookie: ", "1 ", "a@b."} {
		long := strings.Repeat(piece, 262_144/len(piece))
		for _, start := range []string{"", "password=", "a://"} {
			if masked := Text(start + long + "x"); len(masked) > len(long) {
				t.Errorf("%q became longer", piece)
			}
			URL("/?" + start + long)
		}
	}
}
