"""The references and codes with which a bill is paid: made, printed and read back offline."""
