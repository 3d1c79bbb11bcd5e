// The end of a captured step, in one block: keep its loss, and bring what the next one reads.
// T is the dtype of the losses, N that of the numbers of an update. `state` holds the step, the
// first step of the table and the one behind its last, and the addresses of order, table, losses.

extern "C" __global__ void next_step(const T* loss, long long* state, long long batch,
                                     long long count, long long* rows, N* numbers) {
    const long long step = state[0], next = step + 1, first = state[1], end = state[2];
    const long long* order = reinterpret_cast<const long long*>(state[3]);
    const N* table = reinterpret_cast<const N*>(state[4]);
    T* losses = reinterpret_cast<T*>(state[5]);
    if (step >= end) return;  // nothing was laid out for this step
    if (threadIdx.x == 0) losses[step] = *loss;
    if (next < end) {
        for (long long i = threadIdx.x; i < batch; i += blockDim.x) {
            rows[i] = order[next * batch + i];
        }
        for (long long i = threadIdx.x; i < count; i += blockDim.x) {
            numbers[i] = table[(next - first) * count + i];
        }
    }
    __syncthreads();  // all threads have read the step
    if (threadIdx.x == 0) state[0] = next;
}
