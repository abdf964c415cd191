"""Programs of the cluster product and of Windows that a node script calls, as batch files that record the call.

The scripts call every program by CALL, as which a batch file may stand in for it.
"""

CALLS, RESULTS = r"C:\stubs\calls", r"C:\stubs\results"
_HEAD = "@echo off\n>>" + CALLS + " echo {} %*\n"
_HERE = "C:\\stubs\\"

STAND_INS = {
    # The scripts log what they heard before they throw its result file away, so that is where it is kept.
    "ARMLOG": _HEAD.format("armlog")
    + rf"""for %%f in (C:\Changeover\work\run-*.txt) do type "%%f" >>{RESULTS}
exit /b 0
""",
    "ARMBCAST": _HEAD.format("armbcast"),
    "ARMSLEEP": _HEAD.format("armsleep"),
    # ARMLOAD id /S /A /R 1 service: a watch that is there already is an error, as for the product.
    "ARMLOAD": _HEAD.format("armload")
    + rf"""if exist {_HERE}watch-%1 exit /b 1
>{_HERE}watch-%1 echo set "WATCHED=%~6"
if not exist "{_HERE}dead-%~6" >"{_HERE}state\%~6" echo set "NOW=RUNNING"
exit /b 0
""",
    "ARMKILL": _HEAD.format("armkill")
    + rf"""if not exist {_HERE}watch-%1 exit /b 1
copy {_HERE}watch-%1 {_HERE}watched.bat >nul
call {_HERE}watched.bat
del {_HERE}watch-%1
if not exist "{_HERE}stuck-%WATCHED%" >"{_HERE}state\%WATCHED%" echo set "NOW=STOPPED"
exit /b 0
""",
    "SC": rf"""@echo off
if "%1"=="query" goto QUERY
>>{CALLS} echo sc %*
if not exist "{_HERE}stuck-%~2" >"{_HERE}state\%~2" echo set "NOW=STOPPED"
exit /b 0
:QUERY
set "NOW=STOPPED"
if exist "{_HERE}state\%~2" copy "{_HERE}state\%~2" {_HERE}state.bat >nul
if exist "{_HERE}state\%~2" call {_HERE}state.bat
echo SERVICE_NAME: %~2
echo         TYPE               : 20  WIN32_SHARE_PROCESS
echo         STATE              : 4  %NOW%
exit /b 0
""",
}
"""`dead-NAME` is a service that does not start, `stuck-NAME` one that does not stop."""
