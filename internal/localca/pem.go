package localca

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

const (
	blockKey  = "PRIVATE KEY" // PKCS #8
	blockCert = "CERTIFICATE"
)

func certPEM(cert *x509.Certificate) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: blockCert, Bytes: cert.Raw})
}

// encode is the content of the key file.
func encode(key *ecdsa.PrivateKey, cert *x509.Certificate) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return append(pem.EncodeToMemory(&pem.Block{Type: blockKey, Bytes: der}), certPEM(cert)...), nil
}

// decode reads the key file. Key and certificate must belong together.
func decode(text []byte) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	var key *ecdsa.PrivateKey
	var cert *x509.Certificate
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		switch block.Type {
		case blockKey:
			parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return nil, nil, fmt.Errorf("its private key: %w", err)
			}
			key, _ = parsed.(*ecdsa.PrivateKey)
		case blockCert:
			parsed, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, nil, fmt.Errorf("its certificate: %w", err)
			}
			cert = parsed
		}
	}
	switch {
	case key == nil:
		return nil, nil, errors.New("no private key of an elliptic curve in it")
	case cert == nil:
		return nil, nil, errors.New("no certificate in it")
	case !cert.IsCA:
		return nil, nil, errors.New("its certificate is not of an authority")
	case !key.PublicKey.Equal(cert.PublicKey):
		return nil, nil, errors.New("its key and its certificate do not belong together")
	}
	return key, cert, nil
}

// SelfSigned makes an RSA-2048 key and a certificate for it signed by itself, as applications register to prove who they
// are. subject is the common name, life counts from now. Both are PEM, the key PKCS #8; one after the other they make
// the single file that many clients want. It takes a tenth of a second or more: primes are searched for.
func SelfSigned(subject string, now time.Time, life time.Duration) (certificate, key []byte, err error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, nil, fmt.Errorf("make a key for %s: %w", subject, err)
	}
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: subject},
		NotBefore:             now.Add(-slack),
		NotAfter:              now.Add(life),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, fmt.Errorf("make a certificate for %s: %w", subject, err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, fmt.Errorf("encode the key of %s: %w", subject, err)
	}
	certificate = pem.EncodeToMemory(&pem.Block{Type: blockCert, Bytes: der})
	return certificate, pem.EncodeToMemory(&pem.Block{Type: blockKey, Bytes: pkcs8}), nil
}
