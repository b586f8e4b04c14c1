/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The load of `archway bench-emulation`, the same for both architectures: one event is what one is to
 * `sysbench cpu`, the primes up to 10000 by trial division, and a byte on stdout tells of it ("." when their
 * number is right). Without libc, so that make.sh can build it for both with nothing but clang.
 */

static long write_byte(const char *byte)
{
#if defined(__x86_64__)
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(1), "D"(1), "S"(byte), "d"(1)
                     : "rcx", "r11", "memory");
    return result;
#else
    register long x0 __asm__("x0") = 1;
    register const char *x1 __asm__("x1") = byte;
    register long x2 __asm__("x2") = 1;
    register long x8 __asm__("x8") = 64;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x8) : "memory");
    return x0;
#endif
}

static void leave(void)
{
#if defined(__x86_64__)
    __asm__ volatile("syscall" ::"a"(60), "D"(0));
#else
    register long x0 __asm__("x0") = 0;
    register long x8 __asm__("x8") = 93;
    __asm__ volatile("svc 0" ::"r"(x0), "r"(x8));
#endif
    __builtin_unreachable();
}

/* As sysbench does it, with a root and comparisons in floating point: https://github.com/akopytov/sysbench */
static long count_primes(long most)
{
    long count = 0;
    for (long number = 3; number < most; number++) {
        double root = __builtin_sqrt((double)number);
        long divisor = 2;
        __asm__("" : "+r"(divisor)); /* or a constant would lie outside of the code */
        while ((double)divisor <= root && number % divisor)
            divisor++;
        count += (double)divisor > root;
    }
    return count;
}

void _start(void)
{
    char byte;
    do
        byte = count_primes(10000) == 1228 ? '.' : '!';
    while (write_byte(&byte) == 1);
    leave();
}
