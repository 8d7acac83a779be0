// spec: Import declarations, Conversions

package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"fmt"
)

func main() {
	fmt.Println(subtle.ConstantTimeEq(1, 1), subtle.ConstantTimeEq(1, 2), subtle.ConstantTimeLessOrEq(3, 2),
		subtle.ConstantTimeSelect(1, 5, 6), subtle.ConstantTimeSelect(0, 5, 6),
		subtle.ConstantTimeCompare([]byte("abc"), []byte("abc")), subtle.ConstantTimeCompare([]byte("abc"), []byte("abd")))
	text := []byte("the quick brown fox")
	fmt.Printf("%x\n%x\n", sha256.Sum256(text), sha512.Sum512(text))
	mac := hmac.New(sha256.New, []byte("key"))
	mac.Write(text)
	fmt.Printf("%x\n", mac.Sum(nil))
	block, err := aes.NewCipher([]byte("0123456789abcdef"))
	fmt.Println(err)
	gcm, err := cipher.NewGCM(block)
	fmt.Println(err)
	sealed := gcm.Seal(nil, make([]byte, 12), text, []byte("more"))
	fmt.Printf("%x\n", sealed)
	opened, err := gcm.Open(nil, make([]byte, 12), sealed, []byte("more"))
	fmt.Println(string(opened), err)
	sealed[3] ^= 1
	_, err = gcm.Open(nil, make([]byte, 12), sealed, []byte("more"))
	fmt.Println(err)
	key := ed25519.NewKeyFromSeed([]byte("01234567890123456789012345678901"))
	signature := ed25519.Sign(key, text)
	fmt.Printf("%x\n", signature)
	fmt.Println(ed25519.Verify(key.Public().(ed25519.PublicKey), text, signature))
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	fmt.Println(err)
	sum := sha256.Sum256(text)
	asn, err := ecdsa.SignASN1(rand.Reader, ec, sum[:])
	fmt.Println(err, ecdsa.VerifyASN1(&ec.PublicKey, sum[:], asn))
	sum[0] ^= 1
	fmt.Println(ecdsa.VerifyASN1(&ec.PublicKey, sum[:], asn))
}
