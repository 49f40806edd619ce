package dataverse

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// pieceSize is how much of a content goes in one request: in base64 it is less than the 4 MB that the
// service takes (Dataverse facts 5.18).
const pieceSize = 3_000_000

// File is the content of a file or image column of one row.
type File struct {
	client *Client
	set    string
	key    Key
	column string
}

// File gives the content of a column, such as File("accounts", id, "new_contract"). Nothing is sent yet.
func (c *Client) File(set string, key Key, column string) *File {
	return &File{client: c, set: set, key: key, column: column}
}

// FileInfo says what a content is.
type FileInfo struct {
	Name string
	Size int64 // bytes
}

// UploadOptions are for [File.Upload].
type UploadOptions struct {
	// ContentType is the media type of a content of more than 3 MB; "application/octet-stream".
	ContentType string
	// State, if any, is kept up to date with what the server has. An upload that failed goes on
	// where it stopped if it is called again with the same state and the same content from its beginning.
	// It can be kept as JSON.
	State *UploadState
	// Progress is told how many bytes the server has.
	Progress func(sent int64)
}

// UploadState is how far an upload is.
type UploadState struct {
	Token  string   `json:"token"` // by which the server knows the upload
	Blocks []string `json:"blocks"`
	Sent   int64    `json:"sent"` // bytes
}

// Upload replaces the content, of whatever length, by what a reader gives. No more than 3 MB are in memory.
func (f *File) Upload(ctx context.Context, r io.Reader, name string, o *UploadOptions) (err error) {
	ctx, end := f.client.span(ctx, "Upload")
	defer func() { end(err) }()
	u := upload{File: f, name: name, state: &UploadState{}}
	if o != nil {
		u.options = *o
	}
	if u.options.State != nil {
		u.state = u.options.State
	}
	if err := skip(r, u.state.Sent); err != nil {
		return fmt.Errorf("dataverse: upload %s: %w", name, err)
	}
	return u.run(ctx, r)
}

// skip reads over what the server has.
func skip(r io.Reader, n int64) error {
	if n == 0 {
		return nil
	}
	if s, can := r.(io.Seeker); can {
		_, err := s.Seek(n, io.SeekCurrent)
		return err
	}
	_, err := io.CopyN(io.Discard, r, n)
	return err
}

// upload is an upload on its way.
type upload struct {
	*File
	name    string
	options UploadOptions
	state   *UploadState
}

func (u *upload) run(ctx context.Context, r io.Reader) error {
	piece := make([]byte, pieceSize)
	for {
		n, err := io.ReadFull(r, piece)
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return err
		}
		if last && u.state.Token == "" {
			return u.whole(ctx, piece[:n])
		}
		if n > 0 {
			if err := u.block(ctx, piece[:n]); err != nil {
				return err
			}
		}
		if last {
			return u.commit(ctx)
		}
	}
}

// whole sends a short content in one request.
func (u *upload) whole(ctx context.Context, content []byte) error {
	path, err := u.path()
	if err != nil {
		return err
	}
	_, err = u.client.send(ctx, request{
		method: http.MethodPatch, path: path, body: content, contentType: "application/octet-stream",
		header: map[string]string{"x-ms-file-name": url.PathEscape(u.name)},
	})
	if err == nil {
		u.sent(int64(len(content)))
	}
	return err
}

func (u *upload) sent(n int64) {
	u.state.Sent += n
	if u.options.Progress != nil {
		u.options.Progress(u.state.Sent)
	}
}

// block sends a piece. A block that is sent twice replaces itself.
func (u *upload) block(ctx context.Context, piece []byte) error {
	if u.state.Token == "" {
		if err := u.begin(ctx); err != nil {
			return err
		}
	}
	id := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%012d", len(u.state.Blocks)))
	err := u.call(ctx, "UploadBlock", map[string]any{"BlockId": id, "BlockData": piece, "FileContinuationToken": u.state.Token}, nil)
	if err == nil {
		u.state.Blocks = append(u.state.Blocks, id)
		u.sent(int64(len(piece)))
	}
	return err
}

func (u *upload) begin(ctx context.Context) error {
	facts, err := u.client.factsOf(ctx, u.set)
	if err != nil {
		return err
	}
	id, err := u.id(ctx, facts)
	if err != nil {
		return err
	}
	var answer struct{ FileContinuationToken string }
	err = u.call(ctx, "InitializeFileBlocksUpload", map[string]any{
		"Target":   map[string]any{"@odata.type": "Microsoft.Dynamics.CRM." + facts.LogicalName, facts.PrimaryIdAttribute: id},
		"FileName": u.name, "FileAttributeName": u.column,
	}, &answer)
	u.state.Token = answer.FileContinuationToken
	return err
}

// id gives the primary key of the row, which messages want.
func (f *File) id(ctx context.Context, facts *facts) (ID, error) {
	if id, is := f.key.(ID); is {
		return id, nil
	}
	rows := Table[Row](f.client, f.set)
	row, err := rows.Get(ctx, f.key, &GetOptions{Query: Query{}.Select(facts.PrimaryIdAttribute)})
	return row.ID(facts.PrimaryIdAttribute), err
}

func (u *upload) call(ctx context.Context, message string, in map[string]any, out any) error {
	body, err := bodyOf(in)
	if err != nil {
		return err
	}
	a, err := u.client.send(ctx, request{method: http.MethodPost, path: message, body: body, repeatable: true})
	switch {
	case err != nil && a != nil && a.ambiguous && message == "CommitFileBlocksUpload" && u.arrived(ctx):
		return nil
	case err != nil:
		return err
	}
	return a.into(out)
}

// arrived reports whether the content is what was sent, as far as its name and size tell.
func (u *upload) arrived(ctx context.Context) bool {
	info, err := u.Info(ctx)
	return err == nil && info == FileInfo{Name: u.name, Size: u.state.Sent}
}

func (u *upload) commit(ctx context.Context) error {
	kind := first(u.options.ContentType, "application/octet-stream")
	return u.call(ctx, "CommitFileBlocksUpload", map[string]any{
		"FileName": u.name, "MimeType": kind, "BlockList": u.state.Blocks, "FileContinuationToken": u.state.Token,
	}, nil)
}

func (f *File) path() (string, error) {
	if f.key == nil || !isName(f.set) || !isName(f.column) {
		return "", fmt.Errorf("dataverse: file column %q of %q: the row has no key, or the names are none", f.column, f.set)
	}
	key, err := f.key.keyPath()
	return f.set + key + "/" + f.column, err
}

// DownloadOptions are for [File.Download].
type DownloadOptions struct {
	// Offset leaves out so many bytes at the beginning: those that an earlier download wrote.
	Offset int64
	// Thumbnail gives of an image the small picture instead of the one that was uploaded.
	Thumbnail bool
	// Progress is told how many bytes of how many were written, those left out among them.
	Progress func(written, size int64)
}

// Download writes the content, piece by piece; a piece whose answer is lost is fetched again. The error is
// [ErrNotFound] if there is no row, or no content, and [ErrConflict] if the content changed meanwhile.
func (f *File) Download(ctx context.Context, w io.Writer, o *DownloadOptions) (info FileInfo, err error) {
	ctx, end := f.client.span(ctx, "Download")
	defer func() { end(err) }()
	if o == nil {
		o = &DownloadOptions{}
	}
	at := o.Offset
	for {
		piece, now, err := f.piece(ctx, at, pieceSize, o.Thumbnail)
		switch {
		case err != nil:
			return info, err
		case info != FileInfo{} && info != now:
			return info, fmt.Errorf("dataverse: download %s: it is another file now: %w", info.Name, ErrConflict)
		}
		info = now
		n, err := w.Write(piece)
		at += int64(n)
		if err != nil {
			return info, err
		}
		if o.Progress != nil {
			o.Progress(at, info.Size)
		}
		if at >= info.Size {
			return info, nil
		}
		if len(piece) == 0 {
			return info, fmt.Errorf("dataverse: download %s: %w at %d of %d bytes", info.Name, io.ErrUnexpectedEOF, at, info.Size)
		}
	}
}

// Info tells name and size. The error is [ErrNotFound] if there is no row, or no content.
func (f *File) Info(ctx context.Context) (FileInfo, error) {
	_, info, err := f.piece(ctx, 0, 1, false)
	return info, err
}

// piece fetches a part of the content.
func (f *File) piece(ctx context.Context, at, size int64, thumbnail bool) ([]byte, FileInfo, error) {
	path, err := f.path()
	if err != nil {
		return nil, FileInfo{}, err
	}
	path += "/$value"
	if !thumbnail {
		path += "?size=full"
	}
	a, err := f.client.send(ctx, request{method: http.MethodGet, path: path, header: map[string]string{
		"Range": fmt.Sprintf("bytes=%d-%d", at, at+size-1), "Accept": "*/*",
	}})
	if err != nil {
		if a != nil && a.StatusCode == http.StatusRequestedRangeNotSatisfiable && at > 0 {
			_, info, err := f.piece(ctx, 0, 1, thumbnail)
			if err == nil && at != info.Size {
				err = fmt.Errorf("dataverse: download %s: it has %d bytes, and %d are to be left out", info.Name, info.Size, at)
			}
			return nil, info, err
		}
		return nil, FileInfo{}, err
	}
	if a.StatusCode == http.StatusNoContent {
		return nil, FileInfo{}, fmt.Errorf("dataverse: %s is empty: %w", path, ErrNotFound)
	}
	info := FileInfo{Name: a.Header.Get("X-Ms-File-Name"), Size: int64(len(a.body))}
	if name, err := url.PathUnescape(info.Name); err == nil {
		info.Name = name
	}
	if a.StatusCode != http.StatusPartialContent { // the whole
		return a.body[min(at, info.Size):], info, nil
	}
	_, total, _ := strings.Cut(a.Header.Get("Content-Range"), "/")
	if info.Size, err = strconv.ParseInt(total, 10, 64); err != nil {
		return nil, info, fmt.Errorf("dataverse: download %s: content range %q", info.Name, a.Header.Get("Content-Range"))
	}
	return a.body, info, nil
}

// Delete removes the content and leaves the row.
func (f *File) Delete(ctx context.Context) error {
	path, err := f.path()
	if err != nil {
		return err
	}
	a, err := f.client.send(ctx, request{method: http.MethodDelete, path: path})
	if err != nil && a != nil && a.ambiguous && errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}
