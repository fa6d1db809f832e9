package aws

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// The signature is that of @smithy/signature-v4, which the AWS SDK for JavaScript signs with.
func TestSignatureIsThatOfTheSDK(t *testing.T) {
	body := `{"MaxResults":1000}`
	request, err := http.NewRequest(http.MethodPost, "https://sqs.eu-west-1.amazonaws.com/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "AmazonSQS.ListQueues")
	request.Header.Set("X-Amz-Content-Sha256", hashOf([]byte(body)))
	credentials := Credentials{AccessKey: "AKIDEXAMPLE", SecretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", SessionToken: "token"}
	Sign(request, []byte(body), credentials, "eu-west-1", "sqs", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	const want = "Signature=577d6e68d0751f9155c400f5630e7cbb4c5442f816d4b7ec5a9d3efd02dc6258"
	if got := request.Header.Get("Authorization"); !strings.HasSuffix(got, want) {
		t.Errorf("%s", got)
	}
}

func TestCredentialsOverPlainHTTPComeFromThisMachine(t *testing.T) {
	for address, want := range map[string]bool{
		"https://example.com/x": true, "http://127.0.0.1:80/x": true, "http://169.254.170.2/x": true,
		"http://169.254.170.23/x": true, "http://example.com/x": false, "http://10.0.0.1/x": false,
	} {
		if isTrusted(address) != want {
			t.Errorf("%s: %v", address, !want)
		}
	}
}
