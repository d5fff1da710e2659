/*
 * plugin.c - built twice: same addresses, different frames, so that a rule of the one that is
 * kept for the other leads astray.
 */
#define PLUGIN_API __attribute__((visibility("default"), noinline))

PLUGIN_API void plugin_call(void (*callback)(void));

#ifdef PLUGIN_LARGE
#define FRAME_BYTES 0x4008
#else
#define FRAME_BYTES 0x2008
#endif
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/* Assembly, so that both have the same length and only the frame's size differs. */
__asm__(".text\n"
	".globl plugin_call\n"
	".type plugin_call, @function\n"
	"plugin_call:\n"
	".cfi_startproc\n"
	"subq $" TEXT(
		FRAME_BYTES) ", %rsp\n"
			     ".cfi_adjust_cfa_offset " TEXT(
				     FRAME_BYTES) "\n"
						  "call *%rdi\n"
						  "addq $" TEXT(
							  FRAME_BYTES) ", %rsp\n"
								       ".cfi_adjust_cfa_offset -" TEXT(
									       FRAME_BYTES) "\n"
											    "ret\n"
											    ".cfi_endproc\n"
											    ".size "
											    "plugin_call, . "
											    "- "
											    "plugin_call\n");
