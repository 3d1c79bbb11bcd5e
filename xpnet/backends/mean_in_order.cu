// One block of 256 threads: a mean that adds in the same order every time. In double:
// a thread that adds thousands of equal losses in float rounds each time to the same side.
extern "C" __global__ void mean_in_order(const T* values, const long long count, T* mean)
{
    __shared__ double part[256];
    double sum = 0;
    for (long long i = threadIdx.x; i < count; i += 256) sum += values[i];
    part[threadIdx.x] = sum;
    for (int half = 128; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) part[threadIdx.x] += part[threadIdx.x + half];
    }
    if (threadIdx.x == 0) *mean = (T)(part[0] / (double)count);
}
