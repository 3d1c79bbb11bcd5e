// Compiled behind two typedefs: T is the type of the scores, L that of the targets.

// One warp a row: the gradient dx of the scores, and the row's mean squared error.
extern "C" __global__ void squared_error(
    const T* scores, const L* t, const long long rows, const long long columns, const T factor,
    T* dx, T* row_loss)
{
    const int lane = threadIdx.x % 32;
    const long long row = (long long)blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
    if (row >= rows) return;    // the whole warp leaves together
    const long long at = row * columns;

    T sum = 0;
    for (long long c = lane; c < columns; c += 32) {
        const T error = scores[at + c] - (T)t[at + c];
        dx[at + c] = error * factor;
        sum += error * error;
    }
    for (int k = 16; k > 0; k /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, k);
    if (lane == 0) row_loss[row] = sum / (T)columns;
}
