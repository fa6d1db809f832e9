package config

import "strings"

// nearest is the name that differs least from text, or empty if all differ by more than a third.
func nearest(text string, names []string) string {
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

// editDistance counts insertions, deletions and replacements (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for column := range row {
		row[column] = column
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			replaced := diagonal
			if a[i-1] != b[j-1] {
				replaced++
			}
			diagonal = row[j]
			row[j] = min(replaced, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
