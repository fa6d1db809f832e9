package redact

import (
	"regexp"
	"strings"
)

// vendorKey has the prefixes of vendors' keys, and how many characters follow at least.
var vendorKey = regexp.MustCompile(`\b(?:` + strings.Join([]string{
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

// maskKey leaves names of packages alone that look like keys: a key has a digit or a capital letter behind its prefix.
func maskKey(key string) string {
	if !isStrong(key[4:]) {
		return key
	}
	return mask
}
