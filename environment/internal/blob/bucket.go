package blob

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Bucket keeps content in a bucket. It is safe for concurrent use.
type Bucket struct {
	client       *minio.Client
	name, prefix string
}

// partSize bounds the memory of an upload: a store wants to know lengths beforehand, so
// that a part waits until it is whole. S3 allows 10,000 parts, and 10 GB in parts of
// 5 MB are 2,048.
const partSize = 5 << 20

// NewBucket keeps content in a bucket. Nothing is asked of the store.
func NewBucket(a Address, k Key) (*Bucket, error) {
	u, err := url.Parse(a.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", a.Bucket, err)
	}
	client, err := minio.New(u.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(k.ID, string(k.Secret), string(k.Session)),
		Secure: u.Scheme == "https", Region: a.Region,
	})
	if err != nil {
		return nil, fmt.Errorf("bucket %s: %w", a.Bucket, err)
	}
	b := &Bucket{client: client, name: a.Bucket}
	if a.Prefix != "" {
		b.prefix = a.Prefix + "/"
	}
	return b, nil
}

// ownerKey holds who keeps content in a place; no content has its name.
const ownerKey = "owner"

// Claim makes sure that the bucket is there and that nobody else keeps content in this
// place of it, who would sweep it away; and removes what uploads left that a crash cut
// short.
func (b *Bucket) Claim(ctx context.Context, owner string) error {
	there, err := b.client.BucketExists(ctx, b.name)
	if err == nil && !there {
		err = errors.New("it is not there, or the key does not open it")
	}
	if err != nil {
		return fmt.Errorf("bucket %s: %w", b.name, err)
	}
	have, err := b.owner(ctx)
	switch {
	case errors.Is(err, ErrNotFound):
		if _, err := b.Put(ctx, ownerKey, strings.NewReader(owner)); err != nil {
			return err
		}
	case err != nil:
		return err
	case have != owner:
		return b.taken()
	}
	return b.tidy(ctx)
}

func (b *Bucket) taken() error {
	return fmt.Errorf("bucket %s: content of somebody else is kept at %q: choose another prefix", b.name, b.prefix)
}

func (b *Bucket) owner(ctx context.Context) (string, error) {
	r, err := b.Open(ctx, ownerKey, 0, 1<<10)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(r)
	return string(text), errors.Join(err, r.Close())
}

// tidy ends the uploads that nobody goes on with.
func (b *Bucket) tidy(ctx context.Context) error {
	for info := range b.client.ListIncompleteUploads(ctx, b.name, b.prefix, true) {
		if info.Err != nil {
			return fmt.Errorf("list unfinished uploads: %w", info.Err)
		}
		if err := b.client.RemoveIncompleteUpload(ctx, b.name, info.Key); err != nil {
			return fmt.Errorf("end the upload of %s: %w", info.Key, err)
		}
	}
	return nil
}

// Release removes all that owner keeps in this place, and the claim to it at last.
func (b *Bucket) Release(ctx context.Context, owner string) error {
	have, err := b.owner(ctx)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err == nil && have != owner {
		err = b.taken()
	}
	if err != nil {
		return err
	}
	if err := b.removeAll(ctx); err != nil {
		return err
	}
	return b.Remove(ctx, ownerKey)
}

func (b *Bucket) removeAll(ctx context.Context) error {
	for info := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix, Recursive: true}) {
		if info.Err != nil {
			return fmt.Errorf("list %s: %w", b.prefix, info.Err)
		}
		if info.Key == b.prefix+ownerKey {
			continue
		}
		if err := b.client.RemoveObject(ctx, b.name, info.Key, minio.RemoveObjectOptions{}); err != nil {
			return fmt.Errorf("remove %s: %w", info.Key, err)
		}
	}
	return b.tidy(ctx)
}

// Put keeps what r holds under key and gives its length. The store shows the content
// when all of it has come, and keeps nothing when it does not come.
func (b *Bucket) Put(ctx context.Context, key string, r io.Reader) (int64, error) {
	if err := check(key); err != nil {
		return 0, err
	}
	first, whole, err := begin(inContext{ctx, r})
	if err != nil {
		return 0, fmt.Errorf("keep %s: %w", key, err)
	}
	if whole { // what fits into a part needs no parts
		return int64(len(first)), b.put(ctx, key, bytes.NewReader(first), int64(len(first)))
	}
	noted := &failing{r: io.MultiReader(bytes.NewReader(first), inContext{ctx, r})}
	if err = b.put(ctx, key, noted, -1); err != nil {
		undone := b.client.RemoveIncompleteUpload(context.WithoutCancel(ctx), b.name, b.prefix+key)
		return 0, errors.Join(noted.err, err, undone)
	}
	return noted.n, nil
}

// begin reads what fits into a part, and tells whether it is all. Most contents are small,
// and take no more memory than they need. A stream that ends unexpectedly is not whole.
func begin(r io.Reader) (first []byte, whole bool, err error) {
	for _, size := range [...]int{64 << 10, partSize} {
		b := bytes.NewBuffer(append(make([]byte, 0, size+bytes.MinRead), first...))
		_, err := io.CopyN(b, r, int64(size-len(first)))
		first = b.Bytes()
		if err == io.EOF {
			return first, true, nil
		}
		if err != nil {
			return nil, false, err
		}
	}
	return first, false, nil
}

func (b *Bucket) put(ctx context.Context, key string, r io.Reader, n int64) error {
	_, err := b.client.PutObject(ctx, b.name, b.prefix+key, r, n, minio.PutObjectOptions{PartSize: partSize, ContentType: "application/octet-stream"})
	if err != nil {
		return fmt.Errorf("keep %s: %w", key, err)
	}
	return nil
}

// failing counts a stream and keeps what it failed with, which the client may word anew.
type failing struct {
	r   io.Reader
	n   int64
	err error
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	f.n += int64(n)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

// Open gives length bytes of a content from offset on, or what there is of them.
func (b *Bucket) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if err := check(key); err != nil {
		return nil, err
	}
	if length <= 0 {
		return http.NoBody, nil
	}
	var o minio.GetObjectOptions
	if err := o.SetRange(offset, offset+length-1); err != nil {
		return nil, fmt.Errorf("open %s: %w", key, err)
	}
	body, _, _, err := (&minio.Core{Client: b.client}).GetObject(ctx, b.name, b.prefix+key, o)
	if err == nil {
		return body, nil
	}
	switch refused := minio.ToErrorResponse(err); refused.Code {
	case "NoSuchKey":
		return nil, fmt.Errorf("%s: %w", key, ErrNotFound)
	case "InvalidRange": // nothing lies there
		return http.NoBody, nil
	}
	return nil, fmt.Errorf("open %s: %w", key, err)
}

// Remove forgets a content; one that is not there is no error.
func (b *Bucket) Remove(ctx context.Context, key string) error {
	if err := check(key); err != nil {
		return err
	}
	if err := b.client.RemoveObject(ctx, b.name, b.prefix+key, minio.RemoveObjectOptions{}); err != nil {
		return fmt.Errorf("remove %s: %w", key, err)
	}
	return nil
}

// List gives what is kept under keys that begin with the words of prefix, by key.
func (b *Bucket) List(ctx context.Context, prefix string) ([]Entry, error) {
	if err := check(prefix); err != nil {
		return nil, err
	}
	var all []Entry
	for info := range b.client.ListObjects(ctx, b.name, minio.ListObjectsOptions{Prefix: b.prefix + prefix + "/", Recursive: true}) {
		if info.Err != nil {
			return nil, fmt.Errorf("list %s: %w", prefix, info.Err)
		}
		all = append(all, Entry{strings.TrimPrefix(info.Key, b.prefix), info.Size})
	}
	return all, nil
}
