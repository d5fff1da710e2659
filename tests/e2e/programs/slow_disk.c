/* Preloaded into a drainer: every write to a file takes 50 ms. */
#include <dlfcn.h>
#include <unistd.h>

static ssize_t write_slowly(const char *name, int fd, const void *bytes, size_t count, off_t at)
{
	ssize_t (*real)(int, const void *, size_t, off_t) =
		(ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, name);

	usleep(50000);
	return real(fd, bytes, count, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
	return write_slowly("pwrite", fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at)
{
	return write_slowly("pwrite64", fd, bytes, count, at);
}
