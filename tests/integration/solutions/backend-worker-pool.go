type minutesHeap []int

func (h minutesHeap) Len() int           { return len(h) }
func (h minutesHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h minutesHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *minutesHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *minutesHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

func total_wait(jobs []int, workers int) int {
	free := make(minutesHeap, workers)
	waited := 0
	for _, minutes := range jobs {
		waited += free[0]
		free[0] += minutes
		heap.Fix(&free, 0)
	}
	return waited
}
