package redact

import (
	"regexp"
	"strings"
)

// vendorKey has the prefixes of vendors' keys, and how many characters follow at least.
var vendorKey = regexp.MustCompile(`^(?:` + strings.Join([]string{
	// AWS, Google
	`(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Za-z0-9]{16,}`, `AIza[\w-]{12,}`, `ya29\.[\w.-]{12,}`, `GOCSPX-[\w-]{20,}`,
	// GitHub, GitLab, Atlassian
	`(?:ghp|gho|ghu|ghs|ghr|github_pat)_\w{12,}`, `gl(?:pat|dt|rt|rtr|soat|cbt|ptt|ft|imt|agent|ffct)-[\w.-]{12,}`, `AT(?:ATT3|CTT3|BB)[\w+/=-]{20,}`,
	// Slack, Stripe, Square, PayPal
	`xox[abeoprscd][-.][\w.-]{12,}`, `xapp-[\w-]{12,}`, `(?:sk|rk|pk)_(?:live|test|prod)_\w{10,}`, `whsec_[\w+/=]{10,}`, `sq0(?:atp|csp|idp)-[\w-]{22,}`,
	`access_token\$(?:production|sandbox)\$\w{12,}`, `rzp_(?:live|test)_\w{12,}`,
	// Twilio, SendGrid, Mailgun, Brevo
	`SG\.[\w.-]{32,}`, `SK[0-9a-fA-F]{32}`, `key-[0-9a-f]{32}`, `xkeysib-[\w-]{20,}`,
	// Registries
	`npm_[A-Za-z0-9]{12,}`, `(?:rubygems|dckr_pat|dckr_oat)_[\w-]{20,}`, `pypi-[\w-]{32,}`,
	// Language models
	`sk-(?:ant|proj|svcacct|admin|or)-[\w-]{16,}`, `sk-[A-Za-z0-9]{30,}`, `(?:hf|gsk|r8)_\w{20,}`, `(?:pplx|xai|nvapi|tvly)-[\w-]{20,}`,
	// Clouds, stores of secrets, tools
	`do[opr]_v1_\w{12,}`, `npg_\w{12,}`, `sbp_\w{20,}`, `hv[sbr]\.[\w-]{24,}`, `tskey-[\w-]{24,}`, `PMAK-[\w-]{24,}`, `lin_(?:api|oauth)_\w{24,}`,
	`dp\.(?:pt|st|ct|sa)\.[\w.-]{16,}`, `dapi[0-9a-f]{32}`, `sntry[su]_[\w+/=]{19,}`, `glsa_\w{19,}`, `glc_[\w+/=]{32,}`, `shp(?:at|ca|pa|ss)_\w{12,}`,
	`AGE-SECRET-KEY-1\w{40,}`,
}, "|") + `)`)

// prefixes begin the keys above. They are looked for first: the expression is slow.
var prefixes = func() map[string][]string {
	byStart := map[string][]string{}
	for _, prefix := range strings.Fields("AKIA ASIA ABIA ACCA AGPA AIDA AROA AIPA ANPA ANVA AIza ya29. GOCSPX- ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ " +
		"glpat- gldt- glrt glsoat- glcbt- glptt- glft- glimt- glagent- glffct- ATATT3 ATCTT3 ATBB xox xapp- sk_ rk_ pk_ whsec_ sq0 access_token$ " +
		"rzp_ SG. SK key- xkeysib- npm_ rubygems_ dckr_ pypi- sk- hf_ gsk_ r8_ pplx- xai- nvapi- tvly- dop_ doo_ dor_ npg_ sbp_ hvs. hvb. hvr. " +
		"tskey- PMAK- lin_ dp. dapi sntry glsa_ glc_ shpat_ shpca_ shppa_ shpss_ AGE-SECRET-KEY-1") {
		byStart[prefix[:2]] = append(byStart[prefix[:2]], prefix)
	}
	return byStart
}()

const maxKeyChars = 512

func mayBeKey(text string) bool {
	for _, prefix := range prefixes[text[:2]] {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}

// maskVendorKeys leaves names of packages alone that look like keys: a key has a digit or a capital letter behind its prefix.
func maskVendorKeys(text string) string {
	var out strings.Builder
	at := 0
	for i := 0; i+2 <= len(text); i++ {
		if i > 0 && isWord(text[i-1]) || !mayBeKey(text[i:]) {
			continue
		}
		if key := vendorKey.FindString(text[i:min(len(text), i+maxKeyChars)]); len(key) > 4 && isStrong(key[4:]) {
			out.WriteString(text[at:i] + mask)
			i += len(key) - 1
			at = i + 1
		}
	}
	out.WriteString(text[at:])
	return out.String()
}
