package dataverse

import "context"

// maxAddress is how long an address may be by itself. The service takes about 32 KB, within a batch twice
// that (Dataverse facts 5.1).
const maxAddress = 30_000

// sendInBatch sends a request whose address is too long, such as that of a FetchXML query with many values,
// as the only one of a batch.
func (c *Client) sendInBatch(ctx context.Context, r request) (a *answer, err error) {
	b := c.Batch()
	_, u := b.place()
	settled := false
	u.parts = append(u.parts, &part{client: c, request: r, settle: func(got *answer, refused error) {
		a, err, settled = got, refused, true
	}})
	if all := b.Do(ctx, nil); !settled {
		return nil, all
	}
	return a, err
}
