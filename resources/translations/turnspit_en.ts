<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>turnspit::CloseQuestion</name>
    <message numerus="yes">
        <source>&amp;Quit and stop %n service(s)</source>
        <translation>
            <numerusform>&amp;Quit and stop %n service</numerusform>
            <numerusform>&amp;Quit and stop %n services</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::CompareDialog</name>
    <message numerus="yes">
        <source>%Ln line(s) differ.</source>
        <translation>
            <numerusform>%Ln line differs.</numerusform>
            <numerusform>%Ln lines differ.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::ConfigurationTab</name>
    <message numerus="yes">
        <source>… and %n more</source>
        <translation>
            <numerusform>… and %n more</numerusform>
            <numerusform>… and %n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::CpuTrail</name>
    <message numerus="yes">
        <source>%n run(s) ended</source>
        <translation>
            <numerusform>%n run ended</numerusform>
            <numerusform>%n runs ended</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::DiffModel</name>
    <message numerus="yes">
        <source>… %Ln line(s) alike</source>
        <translation>
            <numerusform>… %Ln line alike</numerusform>
            <numerusform>… %Ln lines alike</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::HostLine</name>
    <message numerus="yes">
        <source>%n running</source>
        <translation>
            <numerusform>%n running</numerusform>
            <numerusform>%n running</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n failed</numerusform>
            <numerusform>%n failed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::HostList</name>
    <message numerus="yes">
        <source>%n services</source>
        <translation>
            <numerusform>%n service</numerusform>
            <numerusform>%n services</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1, %n failed</source>
        <comment>%1 is like: 3 services</comment>
        <translation>
            <numerusform>%1, %n failed</numerusform>
            <numerusform>%1, %n failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n running</source>
        <translation>
            <numerusform>%n running</numerusform>
            <numerusform>%n running</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n waiting</numerusform>
            <numerusform>%n waiting</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::HostNews</name>
    <message numerus="yes">
        <source>%n service(s) went on</source>
        <translation>
            <numerusform>%n service went on</numerusform>
            <numerusform>%n services went on</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n ended meanwhile</source>
        <translation>
            <numerusform>%n ended meanwhile</numerusform>
            <numerusform>%n ended meanwhile</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n services were killed at quit.</source>
        <translation>
            <numerusform>%n service was killed at quit.</numerusform>
            <numerusform>%n services were killed at quit.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n runs of %1 services were missed</source>
        <translation>
            <numerusform>%n run of %1 services was missed</numerusform>
            <numerusform>%n runs of %1 services were missed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n run(s) of %1 were missed</source>
        <translation>
            <numerusform>%n run of %1 was missed</numerusform>
            <numerusform>%n runs of %1 were missed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::LogPane</name>
    <message numerus="yes">
        <source>%Ln line(s) written to %1</source>
        <translation>
            <numerusform>%Ln line written to %1</numerusform>
            <numerusform>%Ln lines written to %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln line(s)</source>
        <translation>
            <numerusform>%Ln line</numerusform>
            <numerusform>%Ln lines</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln line(s)/s</source>
        <translation>
            <numerusform>%Ln line/s</numerusform>
            <numerusform>%Ln lines/s</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln line(s) copied.</source>
        <translation>
            <numerusform>%Ln line copied.</numerusform>
            <numerusform>%Ln lines copied.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::LogView</name>
    <message numerus="yes">
        <source>%Ln new line(s)</source>
        <translation>
            <numerusform>%Ln new line</numerusform>
            <numerusform>%Ln new lines</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::MainWindow</name>
    <message numerus="yes">
        <source>%n services are selected.</source>
        <translation>
            <numerusform>%n service is selected.</numerusform>
            <numerusform>%n services are selected.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::NoticeBanner</name>
    <message numerus="yes">
        <source>%n more</source>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::NoticeHold</name>
    <message numerus="yes">
        <source>%n notice(s) were held back</source>
        <translation>
            <numerusform>%n notice was held back</numerusform>
            <numerusform>%n notices were held back</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::NoticePolicy</name>
    <message numerus="yes">
        <source>%n more event(s)</source>
        <translation>
            <numerusform>%n more event</numerusform>
            <numerusform>%n more events</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) failed</source>
        <translation>
            <numerusform>%n service failed</numerusform>
            <numerusform>%n services failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n service(s) work again</source>
        <translation>
            <numerusform>%n service works again</numerusform>
            <numerusform>%n services work again</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::Overall</name>
    <message numerus="yes">
        <source>Stopping %n service(s)…</source>
        <translation>
            <numerusform>Stopping %n service…</numerusform>
            <numerusform>Stopping %n services…</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Starting %n service(s)…</source>
        <translation>
            <numerusform>Starting %n service…</numerusform>
            <numerusform>Starting %n services…</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n backing off</source>
        <translation>
            <numerusform>%n backing off</numerusform>
            <numerusform>%n backing off</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n running</source>
        <translation>
            <numerusform>%n running</numerusform>
            <numerusform>%n running</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n waiting</numerusform>
            <numerusform>%n waiting</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more failed</source>
        <translation>
            <numerusform>%n more failed</numerusform>
            <numerusform>%n more failed</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::PastEvents</name>
    <message numerus="yes">
        <source>missed %n runs from %1 to %2: %3</source>
        <comment>times, why</comment>
        <translation>
            <numerusform>missed %n run from %1 to %2: %3</numerusform>
            <numerusform>missed %n runs from %1 to %2: %3</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::QuitDialog</name>
    <message numerus="yes">
        <source>Stopping %n service(s)…</source>
        <translation>
            <numerusform>Stopping %n service…</numerusform>
            <numerusform>Stopping %n services…</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Kill all %n now</source>
        <translation>
            <numerusform>Kill it now</numerusform>
            <numerusform>Kill all %n now</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::QuitFlow</name>
    <message numerus="yes">
        <source>%n service(s) were stopped.</source>
        <translation>
            <numerusform>%n service was stopped.</numerusform>
            <numerusform>%n services were stopped.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::RecentStrip</name>
    <message numerus="yes">
        <source>%1 of %n runs good</source>
        <comment>%1 is how many were</comment>
        <translation>
            <numerusform>%1 of %n run good</numerusform>
            <numerusform>%1 of %n runs good</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::RunsTab</name>
    <message numerus="yes">
        <source>%Ln run(s) written to %1</source>
        <translation>
            <numerusform>%Ln run written to %1</numerusform>
            <numerusform>%Ln runs written to %1</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::ServiceActions</name>
    <message numerus="yes">
        <source>Kill %n services now?</source>
        <translation>
            <numerusform>Kill %n service now?</numerusform>
            <numerusform>Kill %n services now?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Enable and start %n services?</source>
        <translation>
            <numerusform>Enable and start %n service?</numerusform>
            <numerusform>Enable and start %n services?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::ServiceEditing</name>
    <message numerus="yes">
        <source>Removed %n services.</source>
        <translation>
            <numerusform>Removed %n service.</numerusform>
            <numerusform>Removed %n services.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::ServiceForm</name>
    <message numerus="yes">
        <source>✓ %1 · %n argument(s)</source>
        <comment>a program</comment>
        <translation>
            <numerusform>✓ %1 · %n argument</numerusform>
            <numerusform>✓ %1 · %n arguments</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::ServiceModel</name>
    <message numerus="yes">
        <source>Group %1, %n services</source>
        <translation>
            <numerusform>Group %1, %n service</numerusform>
            <numerusform>Group %1, %n services</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::Sparkline</name>
    <message numerus="yes">
        <source>between %1 and %2 in the last %n minute(s)</source>
        <translation>
            <numerusform>between %1 and %2 in the last minute</numerusform>
            <numerusform>between %1 and %2 in the last %n minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>between %1 and %2 in the last %n hour(s)</source>
        <translation>
            <numerusform>between %1 and %2 in the last hour</numerusform>
            <numerusform>between %1 and %2 in the last %n hours</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::Spoken</name>
    <message numerus="yes">
        <source>%n second(s)</source>
        <translation>
            <numerusform>%n second</numerusform>
            <numerusform>%n seconds</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <translation>
            <numerusform>%n minute</numerusform>
            <numerusform>%n minutes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s)</source>
        <translation>
            <numerusform>%n hour</numerusform>
            <numerusform>%n hours</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n day</numerusform>
            <numerusform>%n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>restarted %n time(s)</source>
        <translation>
            <numerusform>restarted once</numerusform>
            <numerusform>restarted %n times</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>turnspit::TrayMenu</name>
    <message numerus="yes">
        <source>Quit Turnspit (stops %n service(s))…</source>
        <translation>
            <numerusform>Quit Turnspit (stops %n service)…</numerusform>
            <numerusform>Quit Turnspit (stops %n services)…</numerusform>
        </translation>
    </message>
</context>
</TS>
