package redact

import (
	"regexp"
	"strings"
)

const (
	maxNameChars = 80
	maxSpaces    = 4
)

// maskPairs masks the values of names that are those of secrets: password=…, "apiKey": "…", 'token' => '…'.
func maskPairs(text string) string {
	var out strings.Builder
	at := 0
	for sign := 0; sign < len(text); sign++ {
		if text[sign] != '=' && text[sign] != ':' || !NamesSecret(nameBefore(text, at, sign)) {
			continue
		}
		from := sign + 1
		if from < len(text) && text[from] == '>' {
			from++
		}
		for spaces := 0; spaces < maxSpaces && from < len(text) && (text[from] == ' ' || text[from] == '\t'); spaces++ {
			from++
		}
		quote, end := valueEnd(text, from)
		if end <= from+quote {
			continue
		}
		out.WriteString(text[at:from+quote] + mask)
		at = end
		sign = end - 1
	}
	out.WriteString(text[at:])
	return out.String()
}

// nameBefore is the name before a sign, which may be in quotes; "" without one.
func nameBefore(text string, floor, sign int) string {
	end := sign
	for spaces := 0; spaces < maxSpaces && end > floor && text[end-1] == ' '; spaces++ {
		end--
	}
	if end > floor && (text[end-1] == '"' || text[end-1] == '\'') {
		end--
		if end > floor && text[end-1] == '\\' {
			end--
		}
	}
	from := end
	for from > max(floor, end-maxNameChars) && (isWord(text[from-1]) || strings.IndexByte("-.[]%", text[from-1]) >= 0) {
		from--
	}
	return text[from:end]
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
	anywhere = append(strings.Fields("password passwd passwort kennwort contrasena passphrase passcode passkey secret token credential cookie "+
		"authorization authorisation authentication signature connectionstring sessionid sessionkey mnemonic senha heslo wachtwoord "+
		"adgangskode motdepasse requirepass masterauth keypass storepass dbpass userpass rootpass adminpass smtppass mailpass bindpass bindpw "+
		"samlresponse samlassertion authorizationcode codeverifier recoverycode backupcode seedphrase cardnumber accountnumber routingnumber "+
		"cardno socialsecurity securitycode verificationcode securityanswer"), keysOf("api app application private priv access account shared "+
		"signing signed encryption encrypt decryption crypto master service deploy consumer client storage license licence webhook hmac jwt ssh "+
		"gpg pgp rsa aes root auth admin write security instrumentation recovery backup db database subscription functions preshared")...)
	harmless = regexp.MustCompile(`tokeni[sz]\w*|passwordless|secretar\w*|cookie(?:s?enabled|s?consent|banner|policy)`)

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
	words := wordsOf(name)
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
	if hasAny(words, wholeWords) {
		return true
	}
	joined := strings.Join(words, "")
	if !hasPart(joined) {
		return false
	}
	return hasPart(harmless.ReplaceAllString(joined, ""))
}

func hasPart(joined string) bool {
	for _, part := range anywhere {
		if strings.Contains(joined, part) {
			return true
		}
	}
	return false
}

func keysOf(kinds string) []string {
	keys := strings.Fields(kinds)
	for i, kind := range keys {
		keys[i] = kind + "key"
	}
	return keys
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

// wordsOf splits dbPassword, DB_PASSWORD and db-password into lower-case words.
func wordsOf(name string) []string {
	spaced := make([]byte, 0, 2*len(name))
	wasSmall := false
	for i := 0; i < len(name); i++ {
		char := name[i]
		isLarge := char >= 'A' && char <= 'Z'
		if isLarge && wasSmall {
			spaced = append(spaced, ' ')
		}
		wasSmall = char >= 'a' && char <= 'z' || char >= '0' && char <= '9'
		switch {
		case isLarge:
			char += 'a' - 'A'
		case char < 'a' || char > 'z':
			char = ' '
		}
		spaced = append(spaced, char)
	}
	return strings.Fields(string(spaced))
}
