package household

import "strings"

// creditCodeAlphabet are the 31 characters of unified social credit codes (GB
// 32100), in the order of their values; I, O, S, V and Z are left out.
const creditCodeAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// ValidCreditCode reports whether s is a unified social credit code of 18
// characters whose check character is right (GB 32100: weights 3^i mod 31).
// Genuine codes of the first years fail it: warn, and do not reject.
func ValidCreditCode(s string) bool {
	s = strings.ToUpper(strings.TrimSpace(foldWidth(s)))
	if len(s) != 18 {
		return false
	}
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(creditCodeAlphabet, s[i])
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return s[17] == creditCodeAlphabet[(31-sum%31)%31]
}
