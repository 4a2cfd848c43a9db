@echo off
rem Starts cpsam-gui; the first start makes an environment with uv, in the folder of the user's data. Windows.
setlocal
set "environment=%LOCALAPPDATA%\cpsam-gui\program"
set "uv=%~dp0uv.exe"
if not exist "%uv%" set "uv=uv"
if "%~1"=="--update" (
    del "%environment%\ready" 2>nul
    shift
)
if exist "%environment%\ready" goto start
echo cpsam-gui: installing, once; torch is large
"%uv%" venv --quiet --clear --python 3.12 "%environment%" || exit /b 1
"%uv%" pip install --quiet --python "%environment%\Scripts\python.exe" --torch-backend auto --upgrade cpsam-gui || exit /b 1
type nul > "%environment%\ready"
:start
"%environment%\Scripts\cpsam-gui.exe" %1 %2 %3
