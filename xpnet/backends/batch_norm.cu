// Compiled behind a typedef: T is the dtype of all arrays.
// A block has 32 columns and 32 threads for each, which go down the rows together, so that a warp
// reads 32 columns side by side. Sums are in double and in a fixed order.

#define LANES 32

// The sum over the threads of a column, which each of them gets.
__device__ double of_column(double (*part)[32], double value)
{
    part[threadIdx.y][threadIdx.x] = value;
    for (int half = LANES / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.y < half) {
            part[threadIdx.y][threadIdx.x] += part[threadIdx.y + half][threadIdx.x];
        }
    }
    __syncthreads();
    const double sum = part[0][threadIdx.x];
    __syncthreads();    // all have read it before the next sum is written
    return sum;
}

// `unbias` is N / (N - 1); 0 leaves the running mean and variance as they are.
extern "C" __global__ void batch_norm(
    const T* x, const T* gamma, const T* beta, const long long rows, const long long columns,
    const T momentum, const T eps, const T unbias,
    T* y, T* x_hat, T* inv_std, T* running_mean, T* running_var)
{
    __shared__ double part[LANES][32];
    const long long c = (long long)blockIdx.x * 32 + threadIdx.x;
    const bool there = c < columns;    // no thread leaves: all meet in the sums

    double sum = 0;
    for (long long r = threadIdx.y; there && r < rows; r += LANES) sum += x[r * columns + c];
    const T mean = (T)(of_column(part, sum) / (double)rows);

    sum = 0;
    for (long long r = threadIdx.y; there && r < rows; r += LANES) {
        const T centred = x[r * columns + c] - mean;
        sum += centred * centred;
    }
    const T var = (T)(of_column(part, sum) / (double)rows);
    if (!there) return;

    const T scale = T(1) / sqrt(var + eps);
    for (long long r = threadIdx.y; r < rows; r += LANES) {
        const T normal = (x[r * columns + c] - mean) * scale;
        x_hat[r * columns + c] = normal;
        y[r * columns + c] = normal * gamma[c] + beta[c];
    }
    if (threadIdx.y > 0) return;
    inv_std[c] = scale;
    if (unbias == T(0)) return;
    running_mean[c] = running_mean[c] * (T(1) - momentum) + momentum * mean;
    running_var[c] = running_var[c] * (T(1) - momentum) + momentum * (var * unbias);
}

extern "C" __global__ void batch_norm_grad(
    const T* dout, const T* gamma, const T* x_hat, const T* inv_std,
    const long long rows, const long long columns, T* dx, T* dgamma, T* dbeta)
{
    __shared__ double part[LANES][32];
    const long long c = (long long)blockIdx.x * 32 + threadIdx.x;
    const bool there = c < columns;

    double along = 0, sum = 0;
    for (long long r = threadIdx.y; there && r < rows; r += LANES) {
        along += dout[r * columns + c] * x_hat[r * columns + c];
        sum += dout[r * columns + c];
    }
    const double total_along = of_column(part, along), total = of_column(part, sum);
    if (!there) return;

    const T scale = gamma[c] * inv_std[c];
    const T of_mean = (T)(total / (double)rows), of_var = (T)(total_along / (double)rows);
    for (long long r = threadIdx.y; r < rows; r += LANES) {
        dx[r * columns + c] = scale * (dout[r * columns + c] - of_mean
                                       - x_hat[r * columns + c] * of_var);
    }
    if (threadIdx.y > 0) return;
    dgamma[c] = (T)total_along;
    dbeta[c] = (T)total;
}
