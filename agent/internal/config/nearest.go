package config

import "strings"

// nearest is the name that differs least from text, or empty if all differ by more than a third.
func nearest(text string, names []string) string {
	if len(text) > maxName {
		return ""
	}
	best, bestDistance := "", len(text)/3+1
	for _, name := range names {
		if distance := editDistance(strings.ToLower(text), strings.ToLower(name)); distance <= bestDistance {
			if distance < bestDistance || best == "" {
				best, bestDistance = name, distance
			}
		}
	}
	return best
}

// editDistance counts insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
func editDistance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			rows[i][j] = min(replaced, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
