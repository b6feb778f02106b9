package postgis

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"hearthmap/household"
)

// Fields whose names are bound into their ciphertexts and blind indexes.
const (
	fieldID        = "id"
	fieldPhone     = "phone"
	fieldPhoneTail = "phone_tail"
)

func (r *Registry) unseal(idCipher, phoneCipher []byte) (id, phone string, err error) {
	if id, err = r.unsealField(fieldID, idCipher); err != nil {
		return "", "", err
	}
	phone, err = r.unsealField(fieldPhone, phoneCipher)
	return id, phone, err
}

func (r *Registry) unsealField(field string, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := r.db.Keys.Unseal(field, sealed)
	if err != nil {
		return "", err
	}
	return string(plain), nil
}

// maxPurpose bounds what is written to the audit trail, in characters.
const maxPurpose = 200

// Reveal returns a person's protected fields and records who asked, for whom
// and why, in one transaction: without the audit entry there is no answer.
func (r *Registry) Reveal(ctx context.Context, p household.Principal, id int64, purpose string) (household.Revealed, error) {
	const op = "postgis.Registry.Reveal"
	out := household.Revealed{ID: id}
	purpose = strings.TrimSpace(purpose)
	if n := utf8.RuneCountInString(purpose); n < 2 || n > maxPurpose {
		return out, household.Errorf(household.Invalid, op, "revealing needs a purpose of 2 to %d characters", maxPurpose).
			WithHint("say what the values are needed for; it is kept in the audit trail")
	}
	err := r.db.as(ctx, p, func(tx pgx.Tx, _ rights) error {
		var idCipher, phoneCipher []byte
		err := tx.QueryRow(ctx, `SELECT name, id_cipher, phone_cipher FROM resident WHERE id = $1`, id).
			Scan(&out.Name, &idCipher, &phoneCipher)
		if err != nil {
			return noRows(err, op, "there is no such person in your area")
		}
		if out.IDNumber, out.Phone, err = r.unseal(idCipher, phoneCipher); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SET LOCAL ROLE NONE`); err != nil {
			return noRows(err, op, "")
		}
		return noRows(r.db.appendAudit(ctx, tx, household.AuditEntry{
			Account: p.Name, Role: p.Role, Action: "reveal",
			Subject: "resident:" + strconv.FormatInt(id, 10), Purpose: purpose, Result: "shown",
		}), op, "")
	})
	if err != nil {
		return household.Revealed{}, err
	}
	return out, nil
}
