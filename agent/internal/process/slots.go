package process

import "time"

// assign gives each process the index of its slot: its own, or that of a process that ended, or a new one.
func (r *ruleWatch) assign(matched []entry, now time.Time) map[Key]int {
	numbers := make(map[Key]int, len(matched))
	live := make(map[Key]bool, len(matched))
	for _, one := range matched {
		live[one.Key] = true
	}
	for index := range r.slots {
		known := &r.slots[index]
		if known.isLive && live[known.key] {
			numbers[known.key] = index
		} else if known.isLive {
			known.isLive, known.endedAt = false, now
		}
	}
	for _, one := range matched {
		if _, has := numbers[one.Key]; !has {
			numbers[one.Key] = r.take(one.Key, now)
		}
	}
	return numbers
}

// take gives the lowest free slot, so that the numbers stay low.
func (r *ruleWatch) take(key Key, now time.Time) int {
	for index := range r.slots {
		freed := &r.slots[index]
		if freed.isLive {
			continue
		}
		if now.Sub(freed.endedAt) < forgetAfter {
			freed.restarts++
		}
		freed.key, freed.isLive = key, true
		return index
	}
	r.slots = append(r.slots, slot{key: key, isLive: true})
	return len(r.slots) - 1
}

// sumOf adds up nodes, the oldest first. A figure that is unknown for one process is unknown for all, but for the CPU of new ones.
func sumOf(nodes []Figures, slots []slot) Figures {
	sum := Figures{PID: nodes[0].PID, Name: nodes[0].Name, Uptime: nodes[0].Uptime, Processes: len(nodes)}
	sum.RSS = addAll(nodes, func(f Figures) *float64 { return f.RSS })
	sum.Threads = addAll(nodes, func(f Figures) *float64 { return f.Threads })
	sum.Descriptors = addAll(nodes, func(f Figures) *float64 { return f.Descriptors })
	for _, node := range nodes {
		if node.Cores != nil {
			total := *node.Cores
			if sum.Cores != nil {
				total += *sum.Cores
			}
			sum.Cores = &total
		}
	}
	for _, slot := range slots {
		sum.Restarts += slot.restarts
	}
	return sum
}

func addAll(nodes []Figures, figure func(Figures) *float64) *float64 {
	total := 0.0
	for _, node := range nodes {
		value := figure(node)
		if value == nil {
			return nil
		}
		total += *value
	}
	return &total
}
