// Compiled behind two typedefs: T is the type of the scores, L that of the labels.
// For NVRTC: no header is included, so there is no INFINITY and no NAN.

// One warp a row: the softmax y, its gradient dx and the row's loss.
// A row whose label is out of range becomes NaN; no label is used as an address unchecked.
extern "C" __global__ void softmax_with_loss(
    const T* scores, const L* t, const int labels_are_rows,
    const long long rows, const long long columns, T* y, T* dx, T* row_loss)
{
    const unsigned warp = 0xffffffffu;
    const int lane = threadIdx.x % 32;
    const long long row = (long long)blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
    if (row >= rows) return;    // the whole warp leaves together
    const long long at = row * columns;

    T top = scores[at];
    for (long long c = lane; c < columns; c += 32) top = fmax(top, scores[at + c]);
    for (int k = 16; k > 0; k /= 2) top = fmax(top, __shfl_xor_sync(warp, top, k));

    // fmax passes over NaN, the sum does not
    T sum = 0;
    for (long long c = lane; c < columns; c += 32) sum += exp(scores[at + c] - top);
    for (int k = 16; k > 0; k /= 2) sum += __shfl_xor_sync(warp, sum, k);

    const long long label = labels_are_rows ? 0 : (long long)t[row];
    if (label < 0 || label >= columns) sum = T(nan(""));
    const T log_sum = log(sum);

    T total = 0;    // what the row's labels sum to
    for (long long c = lane; labels_are_rows && c < columns; c += 32) total += (T)t[at + c];
    for (int k = 16; k > 0; k /= 2) total += __shfl_xor_sync(warp, total, k);
    if (!labels_are_rows) total = 1;

    T loss = label < 0 || label >= columns ? sum : 0;
    for (long long c = lane; c < columns; c += 32) {
        const T target = labels_are_rows ? (T)t[at + c] : (T)(c == label);
        const T log_y = scores[at + c] - top - log_sum;
        const T y_c = exp(log_y);
        y[at + c] = y_c;
        dx[at + c] = (y_c * total - target) / (T)rows;
        if (target != 0) loss -= target * log_y;
    }
    for (int k = 16; k > 0; k /= 2) loss += __shfl_xor_sync(warp, loss, k);
    if (lane == 0) row_loss[row] = loss;
}
