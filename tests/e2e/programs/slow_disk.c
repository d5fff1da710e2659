/* Linked into a drainer in the place of libc's: every write to a file takes 50 ms. */
#undef _FILE_OFFSET_BITS /* it makes one of the two names of the other */
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at)
{
	usleep(50000);
	return syscall(SYS_pwrite64, fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t at)
{
	return pwrite(fd, bytes, count, at);
}
