package importjobs

import (
	"context"

	"hearthmap/household"
)

// Addresses lists rows whose address is doubtful.
func (j *Jobs) Addresses(ctx context.Context, _ household.Principal, q household.AddressQuery) (household.AddressList, error) {
	return j.o.Store.AddressReviews(ctx, q)
}

// AcceptAddresses brings rows in. Once begun it goes on when the asker leaves.
func (j *Jobs) AcceptAddresses(ctx context.Context, p household.Principal, batch int64, choices []household.AddressChoice) (household.AddressAcceptance, error) {
	return j.o.Store.AcceptAddresses(context.WithoutCancel(ctx), p, batch, choices)
}

// DeclineAddresses takes rows off the list or puts them back.
func (j *Jobs) DeclineAddresses(ctx context.Context, p household.Principal, batch int64, rows []household.AddressRow, again bool) (int, error) {
	return j.o.Store.DeclineAddresses(ctx, p, batch, rows, again)
}
