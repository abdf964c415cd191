"""WS-Management as a Windows node speaks it: HTTP(S), Basic and NTLM, message encryption, remote shells."""
