// Compiled behind a typedef: T is the type of the gradients. Blocks of 128 threads.
// All sums are in double and in an order that does not depend on which block runs first.

// The sum of what the threads of a block hold, in every thread.
__device__ double block_sum(const double own)
{
    __shared__ double part[128];
    part[threadIdx.x] = own;
    for (int half = 64; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
    }
    __syncthreads();
    return part[0];
}

// Each block adds the squares of its share of the entries.
extern "C" __global__ void sums_of_squares(const T* grad, const long long size, double* sums)
{
    double sum = 0;
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < size; i += stride) {
        const double entry = grad[i];
        sum += entry * entry;
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

// Each block adds these sums again, all in the same order, and scales its share of the entries.
extern "C" __global__ void scale_to_norm(
    T* grad, const long long size, const double* sums, const long long blocks, const double limit)
{
    double sum = 0;
    for (long long k = threadIdx.x; k < blocks; k += blockDim.x) sum += sums[k];
    const double scale = limit / (sqrt(block_sum(sum)) + 1e-6);
    if (scale >= 1) return;    // NaN is not, so that it goes on to all entries
    const long long stride = (long long)gridDim.x * blockDim.x;
    for (long long i = (long long)blockIdx.x * blockDim.x + threadIdx.x; i < size; i += stride) {
        grad[i] = (T)(grad[i] * (T)scale);
    }
}
