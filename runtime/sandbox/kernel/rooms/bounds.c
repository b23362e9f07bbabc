// Linked into every C and C++ program: a thread's stack counts as memory in full, and the C library would make each as
// large as the main one may grow, 64 MB.
#define _GNU_SOURCE
#include <pthread.h>

__attribute__((constructor)) static void prepai_bounds(void) {
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, 2 << 20) == 0)
        pthread_setattr_default_np(&attributes);
}
