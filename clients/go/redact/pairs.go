package redact

import (
	"regexp"
	"strings"
)

// pair is a name, a sign, and the begin of a value: password=…, "apiKey": "…", 'token' => '…'.
var pair = regexp.MustCompile(`([\w\-.\[\]%]{2,80})(\\?["'])?(\s{0,4}(?:=>|[:=])\s{0,4})`)

// maskPairs masks the values of names that are those of secrets.
func maskPairs(text string) string {
	var out strings.Builder
	at := 0
	for _, found := range pair.FindAllStringSubmatchIndex(text, -1) {
		if found[0] < at || !NamesSecret(text[found[2]:found[3]]) {
			continue
		}
		from := found[1]
		quote, end := valueEnd(text, from)
		if end <= from+quote {
			continue
		}
		out.WriteString(text[at:from+quote] + mask)
		at = end
	}
	out.WriteString(text[at:])
	return out.String()
}

// valueEnd finds the end of a value: that of its quotes, or of its word. quote is the length of the opening quote.
func valueEnd(text string, from int) (quote, end int) {
	rest := text[from:]
	switch {
	case strings.HasPrefix(rest, `\"`), strings.HasPrefix(rest, `\'`):
		// JSON within JSON.
		if close := strings.Index(rest[2:], rest[:2]); close >= 0 {
			return 2, from + 2 + close
		}
		return 2, len(text)
	case rest != "" && strings.IndexByte("\"'`", rest[0]) >= 0:
		for i := 1; i < len(rest); i++ {
			if rest[i] == '\\' {
				i++
			} else if rest[i] == rest[0] {
				return 1, from + i
			}
		}
		return 1, len(text)
	case strings.HasPrefix(rest, "["):
		if close := strings.IndexByte(rest, ']'); close >= 0 {
			return 1, from + close
		}
		return 1, len(text)
	}
	if end := strings.IndexAny(rest, " \t\r\n,;&\"'`<>)}]"); end >= 0 {
		return 0, from + end
	}
	return 0, len(text)
}

var (
	// anywhere marks a name as a secret's wherever it is in it, written without separators.
	anywhere = regexp.MustCompile(`password|passwd|passwort|kennwort|contrasena|passphrase|passcode|passkey|secret|token|credential|cookie|` +
		`authori[sz]ation|authentication|signature|connectionstring|sessionid|sessionkey|mnemonic|senha|heslo|wachtwoord|adgangskode|motdepasse|` +
		`requirepass|masterauth|keypass|storepass|(?:db|user|root|admin|smtp|mail|bind)pass|bindpw|samlresponse|samlassertion|` +
		`codeverifier|recoverycode|backupcode|seedphrase|cardnumber|accountnumber|routingnumber|cardno|socialsecurity|securitycode|` +
		`verificationcode|securityanswer|(?:api|app|application|private|priv|access|account|shared|signing|signed|encryption|encrypt|` +
		`decryption|crypto|master|service|deploy|consumer|client|storage|licen[sc]e|webhook|hmac|jwt|ssh|gpg|pgp|rsa|aes|root|auth|admin|` +
		`write|security|recovery|backup|db|database|subscription|functions|preshared)key`)
	harmless = regexp.MustCompile(`tokeni[sz]\w*|passwordless|secretar\w*|cookie(?:s?enabled|s?consent|banner|policy)`)
	hump     = regexp.MustCompile(`([a-z\d])([A-Z])`)

	// wholeWords count only as whole words: author is no secret, auth is.
	wholeWords = set("pass pwd pw psk psw pswd auth session sid sess sig otp totp mfa pin cvv cvc cvn csc ssn jwt bearer hmac csrf xsrf dsn " +
		"apikey creds cred sas phpsessid jsessionid")
	// about ends a name that describes a secret, and whose value is none: token_type.
	about = set("count counts limit limits length len size type types timeout ttl age expiry expires expired expiration exp duration policy " +
		"enabled disabled required valid invalid version algorithm alg strength min max field fields name names label domain path endpoint at " +
		"in used usage lifetime rotation rules created updated changed format encoding scheme method methods prefix status state error errors " +
		"message exists present missing match matches matched mismatch budget")
	// counted are the names of counts of a language model's tokens: max_tokens.
	counted = set("max min total num prompt completion input output cached reasoning used remaining per usage")
)

// NamesSecret tells whether a field with this name is likely to have a secret value: in any style, as dbPassword, DB_PASSWORD, user[password].
func NamesSecret(name string) bool {
	words := strings.FieldsFunc(strings.ToLower(hump.ReplaceAllString(name, "$1 $2")), func(char rune) bool {
		return char < 'a' || char > 'z'
	})
	if len(words) == 0 || !isSecret(words) {
		return false
	}
	last := words[len(words)-1]
	if len(words) < 2 {
		return true
	}
	if last == "token" || last == "tokens" {
		return !hasAny(words, counted)
	}
	return !about[last]
}

func isSecret(words []string) bool {
	return anywhere.MatchString(harmless.ReplaceAllString(strings.Join(words, ""), "")) || hasAny(words, wholeWords)
}

func hasAny(words []string, of map[string]bool) bool {
	for _, word := range words {
		if of[word] {
			return true
		}
	}
	return false
}

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(words) {
		all[word] = true
	}
	return all
}
