/* SPDX-License-Identifier: MIT */
/* Print our securebits, then become the rest of the command line. */
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	printf("securebits %x\n", (unsigned int)prctl(PR_GET_SECUREBITS));
	fflush(stdout);
	if (argc < 2)
		return 0;
	execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 1;
}
