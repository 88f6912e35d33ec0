// The files that a measurement goes with, in flash.
.macro file name
  .balign 16
  .global \name, \name\()_end
\name:
  .incbin "\name"
\name\()_end:
.endm

.section .rodata
file rows
file input
file output
